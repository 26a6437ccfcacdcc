"""Deliveries: what a consumer has still to do, with retry and parking.

A row is handed over by a bus that holds nothing, or left by a failed attempt. Attempts are counted when a row
is claimed, not when it fails, so that an event which kills its process is parked as well. Fresh rows are claimed
together; one that was claimed before is claimed alone, or those that wait behind a killer would count its deaths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import delete, func, select, update

from mycrm_common.bus.envelope import Envelope
from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.events import deliveries
from mycrm_common.work import Reading, Work

READY, PARKED = "ready", "parked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One event for one consumer, claimed."""

    id: int
    event_id: str
    body: bytes
    attempts: int


async def put(
    work: Work,
    *,
    consumer: str,
    envelope: Envelope,
    at: datetime,
    attempts: int = 0,
    state: str = READY,
    error: str | None = None,
) -> None:
    """Leave an event for a consumer; one that lies there already is left as it is."""
    await work.connection.execute(
        insert_ignoring(work.connection, deliveries).values(
            consumer=consumer,
            event_id=envelope.id,
            type=envelope.type,
            body=envelope.body,
            state=state,
            available_at=at,
            attempts=attempts,
            last_error=error,
            created_at=work.at,
        )
    )


async def claim(work: Work, *, consumer: str, owner: str, limit: int, lease: timedelta) -> list[Delivery]:
    """Take over the oldest events that are due for a consumer, for the time of the lease."""
    due = (
        select(deliveries)
        .where(
            deliveries.c.consumer == consumer,
            deliveries.c.state == READY,
            deliveries.c.available_at <= work.at,
        )
        .order_by(deliveries.c.available_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await work.connection.execute(due)).all()
    if rows:
        rows = rows[:1] if rows[0].attempts else list(takewhile(lambda row: not row.attempts, rows))
        await work.connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([row.id for row in rows]))
            .values(claimed_by=owner, available_at=work.at + lease, attempts=deliveries.c.attempts + 1)
        )
    return [
        Delivery(id=row.id, event_id=row.event_id, body=row.body, attempts=row.attempts + 1) for row in rows
    ]


async def finish(work: Work, delivery_ids: Sequence[int]) -> None:
    """Remove what is done; the inbox remembers it."""
    await work.connection.execute(delete(deliveries).where(deliveries.c.id.in_(delivery_ids)))


async def put_off(work: Work, delivery: Delivery, *, until: datetime, error: str) -> None:
    """Try again later, with the reason."""
    await _change(work, delivery, state=READY, available_at=until, error=error)


async def give_back(work: Work, delivery_ids: Sequence[int], *, until: datetime) -> None:
    """Leave what was claimed to a later claim, as if this one had not been."""
    await work.connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(delivery_ids), deliveries.c.state == READY)
        .values(available_at=until, claimed_by=None, attempts=deliveries.c.attempts - 1)
    )


async def park(work: Work, delivery: Delivery, *, error: str) -> None:
    """Set aside what cannot be done, for a person to look at."""
    await _change(work, delivery, state=PARKED, available_at=work.at, error=error)


async def next_due(reading: Reading, consumer: str) -> datetime | None:
    """Return when the next event of a consumer is due, or None when nothing waits."""
    waiting = select(func.min(deliveries.c.available_at)).where(
        deliveries.c.consumer == consumer, deliveries.c.state == READY
    )
    moment: datetime | None = (await reading.connection.execute(waiting)).scalar_one()
    return moment


async def counts(reading: Reading) -> dict[str, int]:
    """Count rows by state."""
    rows = await reading.connection.execute(
        select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    )
    return {row[0]: row[1] for row in rows}


async def _change(work: Work, delivery: Delivery, *, state: str, available_at: datetime, error: str) -> None:
    await work.connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery.id)
        .values(state=state, available_at=available_at, claimed_by=None, last_error=error)
    )


async def release_claims(work: Work) -> None:
    """Make every claimed delivery due at once: only where no other process can hold one."""
    await work.connection.execute(
        update(deliveries)
        .where(deliveries.c.state == READY, deliveries.c.claimed_by.is_not(None))
        .values(claimed_by=None, available_at=work.at)
    )
