"""Copies of the database, as the backup service wrote them down."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, func, select

from mycrm_api.domain.backups import Backup, Proof, Trouble
from mycrm_common.db.tables.backups import backup_pieces as pieces
from mycrm_common.db.tables.backups import backup_runs as runs
from mycrm_common.db.tables.backups import backup_tasks as tasks
from mycrm_common.work import Reading


async def page(reading: Reading, *, before: int | None, limit: int) -> list[Backup]:
    """Return the runs before an id, newest first."""
    wanted = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(runs.c.id < before)
    return [_backup(row) for row in await reading.connection.execute(wanted)]


async def total(reading: Reading) -> int:
    """Return how many there are."""
    counted = select(func.count()).select_from(runs)
    return int((await reading.connection.execute(counted)).scalar_one())


async def by_id(reading: Reading, run_id: int) -> Backup | None:
    """Return one run."""
    row = (await reading.connection.execute(select(runs).where(runs.c.id == run_id))).one_or_none()
    return None if row is None else _backup(row)


async def newest_proven(reading: Reading) -> Backup | None:
    """Return the newest copy that was restored to prove it."""
    proven = select(runs).where(runs.c.verified_at.is_not(None), runs.c.verify_reason == "")
    row = (await reading.connection.execute(proven.order_by(runs.c.id.desc()).limit(1))).one_or_none()
    return None if row is None else _backup(row)


async def answer_of(reading: Reading, request_id: str) -> Mapping[str, Any] | None:
    """Return what the backup service has answered, or None while it has not."""
    wanted = select(tasks.c.answer).where(tasks.c.request_id == request_id)
    told = (await reading.connection.execute(wanted)).scalar_one_or_none()
    said: Mapping[str, Any] | None = None if told is None else json.loads(told)
    return said


async def piece(reading: Reading, request_id: str, *, position: int) -> bytes | None:
    """Return a piece of a copy that is being downloaded, or None while it is not there."""
    wanted = select(pieces.c.bytes).where(pieces.c.request_id == request_id, pieces.c.position == position)
    found: bytes | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


def _backup(row: Row[*tuple[Any, ...]]) -> Backup:
    contents = json.loads(row.manifest)["contents"] if row.manifest else {}
    return Backup(
        id=row.id,
        state=row.state,
        asked=row.asked,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds=(row.ended_at - row.started_at).total_seconds() if row.ended_at else None,
        place=row.place,
        file=row.file,
        sent=row.sent,
        bytes=row.bytes,
        sha256=row.sha256,
        engine=contents.get("engine", ""),
        rows=sum(table["rows"] for table in contents.get("tables", {}).values()),
        portable=bool(contents.get("portable")),
        error=Trouble(code=row.reason, detail=row.detail) if row.reason else None,
        proof=_proof(row),
        removed=tuple(json.loads(row.removed)),
        prune_reason=row.prune_reason,
    )


def _proof(row: Row[*tuple[Any, ...]]) -> Proof | None:
    if row.tried_at is None:
        return None
    error = Trouble(code=row.verify_reason, detail=row.verify_detail) if row.verify_reason else None
    return Proof(at=row.tried_at, ok=error is None, seconds=row.verify_seconds or 0.0, error=error)
