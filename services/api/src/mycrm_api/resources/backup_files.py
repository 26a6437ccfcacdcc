"""The file of a copy, brought by the backup service a few pieces at a time; api itself has no way to its place."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from mycrm_api.domain.backups import check_backup_answer
from mycrm_api.domain.roles import Role
from mycrm_api.ports.backups import Backups
from mycrm_api.ports.requests import Requests
from mycrm_api.resources.downloads import download
from mycrm_api.resources.route import Answer, Call, Route
from mycrm_api.usecases.request_backup import request_backup
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import ReadingRoom, UnitOfWork

_FILE: Final = "application/octet-stream"
_PAUSE_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 60.0
_TELL_EVERY: Final = 2


@dataclass(frozen=True, kw_only=True)
class _Carriage:
    """What brings the pieces."""

    backups: Backups
    requests: Requests
    unit: UnitOfWork
    reading: ReadingRoom


def routes(*, backups: Backups, requests: Requests, unit: UnitOfWork, reading: ReadingRoom) -> list[Route]:
    """Return the route of a copy's file."""
    carriage = _Carriage(backups=backups, requests=requests, unit=unit, reading=reading)

    async def fetch(call: Call) -> Answer:
        run_id = call.number("id")
        request_id = await request_backup(
            "download", {"run_id": run_id}, backups=backups, requests=requests, unit=unit
        )
        async with reading() as look:
            run = await backups.by_id(look, run_id)
        if run is None:
            raise MyCRMError("backup_not_found", Kind.NOT_FOUND, "there is no such copy")
        pieces = _pieces(request_id, run_id=run_id, carriage=carriage)
        # Whatever keeps the file from coming is told before a length is promised.
        first = await anext(pieces, b"")
        body = _whole(first, pieces, size=run.bytes)
        return download(body, name=run.file.rpartition("/")[2], media=_FILE, size=run.bytes)

    return [
        Route(
            method="GET",
            path="/backups/{id}/download",
            handle=fetch,
            needs=Role.ADMIN,
            summary="the file of a copy, as it lies where copies are kept",
            media=_FILE,
            problems=("backup_not_found", "backup_file_missing", "backup_download_ended"),
        )
    ]


async def _pieces(request_id: str, *, run_id: int, carriage: _Carriage) -> AsyncIterator[bytes]:
    """Yield the pieces as they come, and tell which were taken, so that others follow."""
    tell_time = asyncio.get_running_loop().time
    position, until = 0, tell_time() + _PATIENCE_SECONDS
    while True:
        async with carriage.reading() as look:
            piece = await carriage.backups.piece(look, request_id, position=position)
            said = await carriage.backups.answer_of(look, request_id) if piece is None else None
        if piece is not None:
            yield piece
            position, until = position + 1, tell_time() + _PATIENCE_SECONDS
            if position % _TELL_EVERY == 0:
                async with carriage.unit() as work:
                    taken = {"run_id": run_id, "taken": position}
                    await carriage.requests.change_parameters(work, request_id, taken)
            continue
        if said is not None:
            check_backup_answer(said)
            if said["pieces"] <= position:
                return
        if tell_time() >= until:
            raise MyCRMError("backup_download_ended", Kind.UNAVAILABLE, "it did not come in time")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _whole(first: bytes, others: AsyncIterator[bytes], *, size: int) -> AsyncIterator[bytes]:
    """Yield all of it; what is shorter than was promised breaks off, or it would look whole."""
    left = size - len(first)
    yield first
    async for piece in others:
        left -= len(piece)
        yield piece
    if left:
        raise MyCRMError("backup_size_differs", Kind.UNAVAILABLE, f"{size - left} bytes of {size} are there")
