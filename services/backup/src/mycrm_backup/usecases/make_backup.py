"""Makes a copy: dump, zip, upload, manifest, and only then the old ones go.

A line that breaks is tried again, from the dump on: nothing is kept on this machine's disk to be sent later. Whatever
goes wrong, the copies that were there stay.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from mycrm_backup.domain.manifest import Manifest
from mycrm_backup.domain.names import MANIFEST_SUFFIX, PART_SUFFIX, NamePattern
from mycrm_backup.domain.retention import Pruning
from mycrm_backup.ports import Cipher, Dumper, Pieces, Pings, Runs, Targets
from mycrm_backup.usecases.prune_backups import prune_backups
from mycrm_backup.usecases.sealing import Seal, ahead
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.backups import BackupCompleted, BackupFailed
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork

_PROGRESS = timedelta(seconds=2)
_AGAIN = {
    "backup_target_unreachable",
    "backup_size_differs",
    "backup_target_refused",
    "backup_rename_refused",
}

Rest = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Maker:
    """What it takes to make copies."""

    dumper: Dumper
    cipher: Cipher
    pings: Pings
    targets: Targets
    runs: Runs
    pattern: NamePattern
    place: str
    days_saved: int
    portable: bool
    zone: tzinfo
    unit: UnitOfWork
    reading: ReadingRoom
    clock: Clock
    log: Logger
    limit: timedelta
    local: NamePattern | None = None
    rests: tuple[float, ...] = (5.0, 30.0)
    rest: Rest = asyncio.sleep


async def make_backup(*, due_at: datetime, asked: bool, portable: bool = False, maker: Maker) -> int:
    """Make a copy and return its run's id; a failure is told by an event and raised."""
    at = maker.clock.now()
    file = maker.pattern.path_at(at.astimezone(maker.zone))
    async with maker.unit() as work:
        run_id = await maker.runs.begin(work, due_at=due_at, asked=asked, place=maker.place, file=file)
    maker.log.info("backup.begun", file=file, place=maker.place)
    await maker.pings.tell("start")
    try:
        async with asyncio.timeout(maker.limit.total_seconds()):
            manifest = await _persistently(run_id, file, portable=portable or maker.portable, maker=maker)
    except TimeoutError:
        hours = maker.limit.total_seconds() / 3600
        error = MyCRMError("backup_timed_out", Kind.UNAVAILABLE, f"it took longer than {hours:g} hours")
        await _fail(run_id, error, maker=maker)
        raise error from None
    except MyCRMError as error:
        if error.code != "lease_lost":
            await _fail(run_id, error, maker=maker)
        raise
    seconds = (maker.clock.now() - at).total_seconds()
    async with maker.unit() as work:
        await maker.runs.complete(work, run_id, manifest)
        work.tell(
            BackupCompleted(
                run_id=run_id,
                file=manifest.file,
                bytes=manifest.bytes,
                sha256=manifest.sha256,
                seconds=seconds,
            )
        )
    maker.log.info("backup.completed", file=file, bytes=manifest.bytes, seconds=round(seconds, 1))
    await _prune(run_id, maker=maker)
    return run_id


async def _persistently(run_id: int, file: str, *, portable: bool, maker: Maker) -> Manifest:
    for rest in maker.rests:
        try:
            return await _once(run_id, file, portable=portable, maker=maker)
        except MyCRMError as error:
            if error.code not in _AGAIN:
                raise
            maker.log.warning("backup.tried_again", reason=error.code, detail=error.detail)
        await maker.rest(rest)
    return await _once(run_id, file, portable=portable, maker=maker)


async def _once(run_id: int, file: str, *, portable: bool, maker: Maker) -> Manifest:
    at = maker.clock.now()
    seal = Seal(at=at.astimezone(maker.zone), cipher=maker.cipher, sent=_Progress(run_id, maker).note)
    # The place is looked at first: a dump for nobody would only cost time.
    async with maker.targets.open() as target, maker.dumper.dump(portable=portable) as dump:
        async with aclosing(ahead(_kept(seal.pieces(dump), at=at, maker=maker))) as pieces:
            await target.put(file, pieces)
        manifest = Manifest(
            file=file,
            made_at=at,
            bytes=seal.bytes,
            sha256=seal.sha256,
            contents=dump.contents(),
            sealed="age" if maker.cipher.seals else "",
        )
        async with aclosing(_text(manifest)) as text:
            await target.put(file + MANIFEST_SUFFIX, text)
    return manifest


async def _kept(pieces: Pieces, *, at: datetime, maker: Maker) -> Pieces:
    """Pass a copy on, and keep it on this machine as well where a name is given for that."""
    async with aclosing(pieces):
        if maker.local is None:
            async for piece in pieces:
                yield piece
            return
        whole = Path(maker.local.path_at(at.astimezone(maker.zone)))
        part = whole.with_name(whole.name + PART_SUFFIX)
        try:
            await asyncio.to_thread(whole.parent.mkdir, parents=True, exist_ok=True)
            with await asyncio.to_thread(part.open, "wb") as out:
                async for piece in pieces:
                    await asyncio.to_thread(out.write, piece)
                    yield piece
            await asyncio.to_thread(part.replace, whole)
        except OSError as error:
            raise MyCRMError("storage_full", Kind.UNAVAILABLE, f"{whole}: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)


async def _text(manifest: Manifest) -> Pieces:
    yield manifest.to_json().encode()


async def prune_now(*, is_rehearsal: bool, maker: Maker) -> Pruning:
    """Remove what is past its time, or only tell what would be; the newest copy and the newest proven one stay."""
    async with maker.reading() as reading:
        newest = await maker.runs.newest(reading)
        proven = await maker.runs.newest(reading, verified=True)
        broken = await maker.runs.failed_files(reading)
    if newest is None:
        raise MyCRMError("backup_not_found", Kind.NOT_FOUND, "nothing is removed before there is a copy")
    async with maker.targets.open() as target:
        pruning = await prune_backups(
            target,
            pattern=maker.pattern,
            keep={newest.file, proven.file if proven else newest.file},
            broken=broken,
            days_saved=maker.days_saved,
            now=maker.clock.now().astimezone(maker.zone),
            is_rehearsal=is_rehearsal,
        )
    for path in () if is_rehearsal else pruning.remove:
        maker.log.info("backup.removed", file=path)
    return pruning


async def _prune(run_id: int, *, maker: Maker) -> None:
    """Remove what is old; the copy is safe, so that a failure here is only told."""
    try:
        pruning = await prune_now(is_rehearsal=False, maker=maker)
    except MyCRMError as error:
        maker.log.warning("backup.not_pruned", reason=error.code, detail=error.detail)
        pruning = Pruning(reason=error.code)
    if pruning.reason:
        maker.log.warning("backup.nothing_pruned", reason=pruning.reason)
    async with maker.unit() as work:
        await maker.runs.note_pruning(work, run_id, removed=pruning.remove, reason=pruning.reason)


async def _fail(run_id: int, error: MyCRMError, *, maker: Maker) -> None:
    maker.log.error("backup.failed", reason=error.code, detail=error.detail)
    async with maker.unit() as work:
        await maker.runs.fail(work, run_id, reason=error.code, detail=error.detail)
        work.tell(BackupFailed(run_id=run_id, at=work.at, reason=error.code, detail=error.detail[:500]))
    await maker.pings.tell("fail")


class _Progress:
    """Writes down how far an upload has come, now and then."""

    def __init__(self, run_id: int, maker: Maker) -> None:
        self._run_id = run_id
        self._maker = maker
        self._told_at = maker.clock.now()

    async def note(self, sent: int) -> None:
        """Take note of the bytes that went by so far."""
        now = self._maker.clock.now()
        if now - self._told_at < _PROGRESS:
            return
        self._told_at = now
        async with self._maker.unit() as work:
            await self._maker.runs.note_progress(work, self._run_id, sent=sent)
