"""Leases: one holder at a time for a job that must be single, over any number of replicas.

The holder renews its lease while it works. `fence` rises with every change of hands and every new beginning, and
each transaction of the work is checked against it before it commits: whoever slept through its time (a paused
process, a stalled machine) and wakes up in the middle of its work commits nothing any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.events import leases
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """What one holder has taken, and for the how-manieth time it changed hands."""

    name: str
    holder: str
    fence: int


_in_hand: ContextVar[Lease | None] = ContextVar("mycrm_lease", default=None)


@contextmanager
def working_under(lease: Lease) -> Iterator[None]:
    """Let every transaction that is begun in this block, and by tasks that it starts, need the lease."""
    token = _in_hand.set(lease)
    try:
        yield
    finally:
        _in_hand.reset(token)


async def check(work: Work) -> None:
    """Raise `lease_lost` unless the lease under which this is done, if any, is still ours until the commit."""
    lease = _in_hand.get()
    if lease is None:
        return
    # Locked for sharing: transactions of one job do not wait for each other, and nobody takes the lease meanwhile.
    ours = select(leases.c.name).where(*_is(lease)).with_for_update(read=True)
    if (await work.connection.execute(ours)).first() is None:
        raise MyCRMError("lease_lost", Kind.UNAVAILABLE, lease.name)


async def acquire(work: Work, name: str, *, holder: str, ttl: timedelta) -> Lease | None:
    """Take a lease that is free, or our own anew; None while somebody else holds it."""
    connection = work.connection
    fresh = insert_ignoring(connection, leases).values(name=name, holder="", fence=0, expires_at=work.at)
    await connection.execute(fresh)
    row = (await connection.execute(select(leases).where(leases.c.name == name).with_for_update())).one()
    # Nobody's lease ends later than a whole lease from now, unless the clock has been put back since.
    is_held = work.at < row.expires_at <= work.at + ttl
    if is_held and row.holder != holder:
        return None
    lease = Lease(name=name, holder=holder, fence=row.fence + 1)
    taken = update(leases).where(leases.c.name == name)
    await connection.execute(taken.values(holder=holder, fence=lease.fence, expires_at=work.at + ttl))
    return lease


async def renew(work: Work, lease: Lease, *, ttl: timedelta) -> bool:
    """Hold a lease for longer; False when somebody has taken it."""
    longer = update(leases).where(*_is(lease)).values(expires_at=work.at + ttl)
    return bool((await work.connection.execute(longer)).rowcount)


async def release(work: Work, lease: Lease) -> None:
    """Let the next one have the lease at once."""
    await work.connection.execute(update(leases).where(*_is(lease)).values(expires_at=work.at))


async def release_all(work: Work) -> None:
    """Free every lease at once: only where no other process can hold one."""
    await work.connection.execute(
        update(leases).where(leases.c.expires_at > work.at).values(expires_at=work.at)
    )


def _is(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (leases.c.name == lease.name, leases.c.holder == lease.holder, leases.c.fence == lease.fence)
