"""The newest refresh tokens of grants."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.mailboxes import renewed_grants
from mycrm_common.work import Reading, Work

# Microsoft's refresh tokens last 90 days: what was not renewed for so long is of no use to anybody.
_WORTHLESS_AFTER: Final = timedelta(days=100)


async def newest(reading: Reading, grant_key: str) -> str | None:
    """The newest refresh token of this grant, sealed."""
    wanted = select(renewed_grants.c.sealed).where(renewed_grants.c.grant_key == grant_key)
    found: str | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def keep(work: Work, grant_key: str, *, sealed: str) -> None:
    """Keep a newer one; a grant that somebody only tries takes nothing from the one in use."""
    worthless = renewed_grants.c.renewed_at < work.at - _WORTHLESS_AFTER
    await work.connection.execute(delete(renewed_grants).where(worthless))
    row = {"grant_key": grant_key, "sealed": sealed, "renewed_at": work.at}
    await work.connection.execute(upsert(work.connection, renewed_grants, row, key="grant_key"))
