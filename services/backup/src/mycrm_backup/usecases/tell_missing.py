"""Tells that copies are missing: an error that nobody met, because nothing ran or nothing could be proven."""

from datetime import datetime

from mycrm_backup.domain.freshness import age_allowed, is_missing
from mycrm_backup.domain.timer import Timer
from mycrm_backup.ports import Runs
from mycrm_backup.usecases.make_backup import Maker
from mycrm_common.events.backups import BackupFailed
from mycrm_common.work import Reading

MISSING = "backup_missing"


async def is_telling_due(*, maker: Maker, timer: Timer, needs_proof: bool) -> bool:
    """Tell whether it is to be said now that copies are missing."""
    async with maker.reading() as reading:
        newest = await _well_at(reading, runs=maker.runs, needs_proof=needs_proof)
        told = await maker.runs.told_missing(reading)
    now = maker.clock.now()
    return newest is not None and is_missing(now=now, newest=newest, told=told, allowed=age_allowed(timer))


async def tell_missing(*, maker: Maker, timer: Timer, needs_proof: bool) -> None:
    """Say that copies are missing, where that is to be said now."""
    if not await is_telling_due(maker=maker, timer=timer, needs_proof=needs_proof):
        return
    async with maker.unit() as work:
        newest = await _well_at(work, runs=maker.runs, needs_proof=needs_proof)
        run = await maker.runs.newest(work)
        what = "was proven to restore" if needs_proof else "was made"
        detail = f"the newest copy that {what} is of {newest:%Y-%m-%d %H:%M} UTC, or there is none since"
        await maker.runs.note_told_missing(work)
        work.tell(BackupFailed(run_id=run.id if run else 0, at=work.at, reason=MISSING, detail=detail))
    maker.log.error("backup.missing", detail=detail)
    await maker.pings.tell("fail")


async def _well_at(reading: Reading, *, runs: Runs, needs_proof: bool) -> datetime | None:
    """Return of when the newest copy is that can be relied on; without one, since when the timer counts."""
    newest = await runs.newest(reading, verified=needs_proof)
    return newest.started_at if newest else await runs.timer_since(reading)
