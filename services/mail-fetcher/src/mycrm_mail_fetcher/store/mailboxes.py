"""How the mailbox as a whole is doing."""

from typing import Any

from sqlalchemy import select

from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.mailboxes import mailboxes
from mycrm_common.work import Reading, Work

SYNCED, FAILED = "synced", "failed"


async def reason_of(reading: Reading, name: str) -> str | None:
    """Why the last look failed, empty where it did not, None before the first one."""
    wanted = select(mailboxes.c.error_code).where(mailboxes.c.name == name)
    found: str | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def note_synced(work: Work, name: str) -> None:
    """Write that a look ended well."""
    await _write(work, name, state=SYNCED, error_code="", error_detail="", synced_at=work.at)


async def note_failed(work: Work, name: str, *, code: str, detail: str) -> None:
    """Write why a look could not be finished."""
    await _write(work, name, state=FAILED, error_code=code[:80], error_detail=detail[:1000])


async def _write(work: Work, name: str, **values: Any) -> None:
    row = {"name": name, "tried_at": work.at, **values}
    await work.connection.execute(upsert(work.connection, mailboxes, row, key="name"))
