"""Leases: one holder at a time for a job that must be single, over any number of replicas.

The holder renews its lease while it works. `fence` rises with every change of hands, so that a holder which
slept through its time can be told from the present one.
"""

from datetime import timedelta

from sqlalchemy import select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.events import leases
from mycrm_common.work import Work


async def acquire(work: Work, name: str, *, holder: str, ttl: timedelta) -> int | None:
    """Take or renew a lease and return its fence, or None while somebody else holds it."""
    connection = work.connection
    fresh = insert_ignoring(connection, leases).values(
        name=name, holder=holder, fence=0, expires_at=work.at - ttl
    )
    await connection.execute(fresh)
    row = (await connection.execute(select(leases).where(leases.c.name == name).with_for_update())).one()
    if row.holder != holder and row.expires_at > work.at:
        return None
    fence: int = (
        row.fence if row.holder == holder and row.fence and row.expires_at > work.at else row.fence + 1
    )
    await connection.execute(
        update(leases)
        .where(leases.c.name == name)
        .values(holder=holder, fence=fence, expires_at=work.at + ttl)
    )
    return fence


async def release(work: Work, name: str, *, holder: str) -> None:
    """Let the next one have the lease at once."""
    await work.connection.execute(
        update(leases).where(leases.c.name == name, leases.c.holder == holder).values(expires_at=work.at)
    )


async def release_all(work: Work) -> None:
    """Free every lease at once: only where no other process can hold one."""
    await work.connection.execute(
        update(leases).where(leases.c.expires_at > work.at).values(expires_at=work.at)
    )
