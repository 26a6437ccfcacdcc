"""The newest refresh token of the grant in use."""

from sqlalchemy import delete, select

from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.mailboxes import renewed_grants
from mycrm_common.work import Reading, Work


async def newest(reading: Reading, grant_key: str) -> str | None:
    """The newest refresh token of this grant, sealed."""
    wanted = select(renewed_grants.c.sealed).where(renewed_grants.c.grant_key == grant_key)
    found: str | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def keep(work: Work, grant_key: str, *, sealed: str) -> None:
    """Keep a newer one, and forget those of other grants, which nobody uses any more."""
    await work.connection.execute(delete(renewed_grants).where(renewed_grants.c.grant_key != grant_key))
    row = {"grant_key": grant_key, "sealed": sealed, "renewed_at": work.at}
    await work.connection.execute(upsert(work.connection, renewed_grants, row, key="grant_key"))
