"""Brings the files of copies to those who download them: api has no way to the place where they lie.

The file goes through the database in pieces, a few at a time: the next ones are fetched when api has taken some. What
nobody takes any more is given up, so that a download that was broken off holds nothing for long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mycrm_backup.ports import CopyPieces, Runs, Targets, Task, Tasks
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.backups import BackupRequestAnswered
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork

_AT_ONCE = 4
_AHEAD = 8
_PIECE = 1 << 20
_PAUSE_SECONDS = 0.05
_PATIENCE = timedelta(seconds=60)
_STALE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What it takes to send copies to those who download them."""

    targets: Targets
    runs: Runs
    tasks: Tasks
    pieces: CopyPieces
    unit: UnitOfWork
    reading: ReadingRoom
    clock: Clock
    log: Logger
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep


async def is_download_wanted(sender: Sender) -> bool:
    """Tell whether there is anything to do."""
    async with sender.reading() as reading:
        if await sender.tasks.any_open(reading, downloads=True):
            return True
        return await sender.pieces.any_stale(reading, before=sender.clock.now() - _STALE)


async def send_copies(sender: Sender) -> None:
    """Send what people asked for, several at once, and throw away what was left behind."""
    async with sender.unit() as work:
        await sender.pieces.clean(work, before=work.at - _STALE)
    tasks: list[Task] = []
    while len(tasks) < _AT_ONCE:
        async with sender.unit() as work:
            task = await sender.tasks.claim(work, downloads=True, beyond=[one.request_id for one in tasks])
        if task is None:
            break
        tasks.append(task)
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(_attend(task, sender=sender))


async def _attend(task: Task, *, sender: Sender) -> None:
    try:
        said = await _sent(task, sender=sender)
    except MyCRMError as error:
        if error.code == "lease_lost":
            raise
        sender.log.warning("backup.not_downloaded", reason=error.code, detail=error.detail)
        said = {"ok": False, "code": error.code, "detail": error.detail}
    async with sender.unit() as work:
        if await sender.tasks.answer(work, task.request_id, said):
            work.tell(BackupRequestAnswered(request_id=task.request_id, ok=said["ok"]))


async def _sent(task: Task, *, sender: Sender) -> Mapping[str, Any]:
    async with sender.reading() as reading:
        run = await sender.runs.by_id(reading, int(task.parameters.get("run_id", 0)))
    if run is None or run.ended_at is None or run.reason:
        raise MyCRMError("backup_not_found", Kind.NOT_FOUND, "there is no such copy")
    if task.attempts > 1:
        # The pieces of the first time may be half taken: whoever waits begins anew.
        raise MyCRMError("backup_download_ended", Kind.UNAVAILABLE, "the process that sent it has ended")
    position = 0
    async with sender.targets.open() as target, aclosing(target.get(run.file)) as pieces:
        held = b""
        async for piece in pieces:
            held += piece
            while len(held) >= _PIECE:
                position = await _put(task, held[:_PIECE], position=position, sender=sender)
                held = held[_PIECE:]
    if held:
        position = await _put(task, held, position=position, sender=sender)
    return {"ok": True, "pieces": position}


async def _put(task: Task, piece: bytes, *, position: int, sender: Sender) -> int:
    await _make_room(task, position=position, sender=sender)
    async with sender.unit() as work:
        await sender.pieces.put(work, task.request_id, position=position, piece=piece)
    return position + 1


async def _make_room(task: Task, *, position: int, sender: Sender) -> None:
    if position < _AHEAD:
        return
    until = sender.clock.now() + _PATIENCE
    while True:
        async with sender.reading() as reading:
            taken = await sender.pieces.taken(reading, task.request_id)
        if position - taken < _AHEAD:
            break
        if sender.clock.now() >= until:
            raise MyCRMError("backup_download_ended", Kind.UNAVAILABLE, "nobody takes it any more")
        await sender.rest(_PAUSE_SECONDS)
    async with sender.unit() as work:
        await sender.pieces.drop(work, task.request_id, below=taken)
