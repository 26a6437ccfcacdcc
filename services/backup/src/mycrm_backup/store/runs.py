"""The runs: every copy that was begun, and what became of it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from mycrm_backup.domain.manifest import Manifest
from mycrm_backup.ports import Run, RunState
from mycrm_common.db.dialects import insert_ignoring, upsert
from mycrm_common.db.tables.backups import backup_runs as runs
from mycrm_common.db.tables.backups import backup_timer
from mycrm_common.work import Reading, Work

_MOST_DETAIL = 1000
_TIMER = "timer"
_MISSING = "missing"
_LATELY = 50
_MOST_TRIES = 3
BROKEN_OFF = "backup_broken_off"


async def begin(work: Work, *, due_at: datetime, asked: bool, place: str, file: str) -> int:
    """Write down that a run begins, and return its id; one that was never ended is failed by this."""
    lost = update(runs).where(runs.c.state == RunState.RUNNING)
    await work.connection.execute(
        lost.values(state=RunState.FAILED, ended_at=work.at, reason=BROKEN_OFF, detail="")
    )
    made = await work.connection.execute(
        insert(runs).values(
            state=RunState.RUNNING,
            asked=asked,
            due_at=due_at,
            started_at=work.at,
            place=place,
            file=file,
            sent=0,
            bytes=0,
            sha256="",
            manifest="",
            removed="[]",
            prune_reason="",
            reason="",
            detail="",
            verify_reason="",
            verify_detail="",
        )
    )
    [number] = made.inserted_primary_key or (0,)
    return int(number)


async def note_progress(work: Work, run_id: int, *, sent: int) -> None:
    """Write down how many bytes were sent so far."""
    await _change(work, run_id, sent=sent)


async def complete(work: Work, run_id: int, manifest: Manifest) -> None:
    """Write down that a copy is safely there."""
    await _change(
        work,
        run_id,
        state=RunState.COMPLETED,
        ended_at=work.at,
        file=manifest.file,
        sent=manifest.bytes,
        bytes=manifest.bytes,
        sha256=manifest.sha256,
        manifest=manifest.to_json(),
    )


async def note_pruning(work: Work, run_id: int, *, removed: Sequence[str], reason: str) -> None:
    """Write down what was removed, or why nothing could be."""
    await _change(work, run_id, removed=json.dumps(list(removed), ensure_ascii=False), prune_reason=reason)


async def fail(work: Work, run_id: int, *, reason: str, detail: str) -> None:
    """Write down that a run came to nothing."""
    await _change(
        work,
        run_id,
        state=RunState.FAILED,
        ended_at=work.at,
        reason=reason,
        detail=detail[:_MOST_DETAIL],
    )


async def note_verified(work: Work, run_id: int, *, seconds: float, reason: str, detail: str) -> None:
    """Write down what became of restoring a copy; no reason is a proof."""
    proven = {} if reason else {"verified_at": work.at}
    await _change(
        work,
        run_id,
        tried_at=work.at,
        verify_seconds=seconds,
        verify_reason=reason,
        verify_detail=detail[:_MOST_DETAIL],
        **proven,
    )


async def by_id(reading: Reading, run_id: int) -> Run | None:
    """The run."""
    row = (await reading.connection.execute(select(runs).where(runs.c.id == run_id))).one_or_none()
    return None if row is None else _run(row)


async def newest(reading: Reading, *, verified: bool = False) -> Run | None:
    """The newest completed run, or the newest one that was proven to restore."""
    wanted = select(runs).where(runs.c.state == RunState.COMPLETED).order_by(runs.c.id.desc()).limit(1)
    if verified:
        wanted = wanted.where(runs.c.verified_at.is_not(None), runs.c.verify_reason == "")
    row = (await reading.connection.execute(wanted)).one_or_none()
    return None if row is None else _run(row)


async def failed_files(reading: Reading) -> list[str]:
    """What the copies would have been called that came to nothing lately."""
    wanted = (
        select(runs.c.file).where(runs.c.state == RunState.FAILED).order_by(runs.c.id.desc()).limit(_LATELY)
    )
    return sorted(set((await reading.connection.execute(wanted)).scalars()))


async def last_due(reading: Reading) -> datetime | None:
    """The due time of the timer's newest run; one that was broken off counts only when it was the third."""
    ended = (runs.c.asked.is_(False), runs.c.state != RunState.RUNNING)
    newest = select(func.max(runs.c.due_at)).where(*ended, runs.c.reason != BROKEN_OFF)
    moment: datetime | None = (await reading.connection.execute(newest)).scalar_one()
    tries = select(runs.c.due_at).where(*ended).order_by(runs.c.id.desc()).limit(_MOST_TRIES)
    given_up = (await reading.connection.execute(tries)).scalars().all()
    if len(given_up) == _MOST_TRIES:
        moment = max(min(given_up), moment or min(given_up))
    return moment


async def timer_since(reading: Reading) -> datetime | None:
    """Since when the timer counts, or None where it has not begun."""
    since = select(backup_timer.c.since).where(backup_timer.c.name == _TIMER)
    moment: datetime | None = (await reading.connection.execute(since)).scalar_one_or_none()
    return moment


async def told_missing(reading: Reading) -> datetime | None:
    """When it was last said that copies are missing."""
    told = select(backup_timer.c.since).where(backup_timer.c.name == _MISSING)
    moment: datetime | None = (await reading.connection.execute(told)).scalar_one_or_none()
    return moment


async def note_told_missing(work: Work) -> None:
    """Write down that it was said now."""
    row = {"name": _MISSING, "since": work.at}
    await work.connection.execute(upsert(work.connection, backup_timer, row, key="name"))


async def begin_timer(work: Work) -> None:
    """Let the timer count from now; once is enough."""
    await work.connection.execute(
        insert_ignoring(work.connection, backup_timer).values(name=_TIMER, since=work.at)
    )


async def _change(work: Work, run_id: int, **values: Any) -> None:
    await work.connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def _run(row: Row[*tuple[Any, ...]]) -> Run:
    return Run(
        id=row.id,
        state=RunState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        file=row.file,
        manifest=row.manifest,
        reason=row.reason,
        tried_at=row.tried_at,
        verified_at=row.verified_at,
        verify_reason=row.verify_reason,
    )
