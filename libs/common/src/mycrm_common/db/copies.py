"""How the copies of the database are doing, for the figures."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mycrm_common.db.tables.backups import backup_runs as runs
from mycrm_common.work import Reading

_RUNNING, _COMPLETED, _FAILED = "running", "completed", "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Copies:
    """Of when the newest copy and the newest proven one are, and whether the last run has failed."""

    made_at: datetime | None
    proven_at: datetime | None
    bytes: int
    has_failed: bool


async def newest(reading: Reading) -> Copies:
    """Return how the copies are doing."""
    completed = select(runs).where(runs.c.state == _COMPLETED).order_by(runs.c.id.desc()).limit(1)
    proven = completed.where(runs.c.verified_at.is_not(None), runs.c.verify_reason == "")
    ended = select(runs.c.state).where(runs.c.state != _RUNNING).order_by(runs.c.id.desc()).limit(1)
    made = (await reading.connection.execute(completed)).one_or_none()
    good = (await reading.connection.execute(proven)).one_or_none()
    return Copies(
        made_at=made.started_at if made else None,
        proven_at=good.started_at if good else None,
        bytes=made.bytes if made else 0,
        has_failed=(await reading.connection.execute(ended)).scalar_one_or_none() == _FAILED,
    )
