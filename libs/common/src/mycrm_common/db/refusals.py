"""Events that the bus refused so often that they were set aside, until a person lets them be tried again.

The row stays in the outbox, parked. Beside it lies a delivery for `PUBLISHING`, as if publishing were a consumer,
so that people find it among all that is parked and do with it what they do with the others. When they have made
that delivery due, `revive` makes the row new.
"""

from collections.abc import Collection

from sqlalchemy import delete, select, update

from mycrm_common.bus.port import UNROUTABLE
from mycrm_common.bus.topology import consumer_name
from mycrm_common.db import deliveries as waiting
from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.outbox import NEW, PARKED
from mycrm_common.db.tables.events import deliveries, outbox
from mycrm_common.work import Work

PUBLISHING = consumer_name(service="common", use="publish")


async def park(work: Work, event_id: str, *, owner: str, error: str) -> None:
    """Set aside what cannot be handed over, for a person to look at."""
    mine = select(outbox).where(
        outbox.c.event_id == event_id, outbox.c.claimed_by == owner, outbox.c.state == NEW
    )
    row = (await work.connection.execute(mine.with_for_update())).first()
    if row is None:
        return
    parked = update(outbox).where(outbox.c.id == row.id)
    await work.connection.execute(parked.values(state=PARKED, claimed_by=None, last_error=error))
    await work.connection.execute(
        insert_ignoring(work.connection, deliveries).values(
            consumer=PUBLISHING,
            event_id=row.event_id,
            type=row.type,
            body=row.body,
            state=waiting.PARKED,
            available_at=work.at,
            attempts=row.attempts,
            last_error=error,
            created_at=work.at,
        )
    )


async def revive(work: Work, *, limit: int) -> int:
    """Make parked events new where a person let them be tried again, and return how many."""
    asked = (
        select(deliveries.c.id, deliveries.c.event_id)
        .where(deliveries.c.consumer == PUBLISHING, deliveries.c.state == waiting.READY)
        .order_by(deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await work.connection.execute(asked)).all()
    if rows:
        await work.connection.execute(
            update(outbox)
            .where(outbox.c.event_id.in_([row.event_id for row in rows]), outbox.c.state == PARKED)
            .values(state=NEW, available_at=work.at, attempts=0)
        )
        await work.connection.execute(delete(deliveries).where(deliveries.c.id.in_([row.id for row in rows])))
    return len(rows)


async def hasten(work: Work, types: Collection[str]) -> None:
    """Let refused events of some types be tried at once: somebody who listens to them has come."""
    await work.connection.execute(
        update(outbox)
        .where(
            outbox.c.state == NEW,
            outbox.c.available_at > work.at,
            outbox.c.claimed_by.is_(None),
            outbox.c.type.in_(types),
        )
        .values(available_at=work.at)
    )
    await work.connection.execute(
        update(deliveries)
        .where(
            deliveries.c.consumer == PUBLISHING,
            deliveries.c.state == waiting.PARKED,
            deliveries.c.type.in_(types),
            deliveries.c.last_error.startswith(UNROUTABLE, autoescape=True),
        )
        .values(state=waiting.READY, available_at=work.at)
    )
