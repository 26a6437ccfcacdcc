"""The inbox: what a consumer has done. Its key makes the second arrival of an event have no effect."""

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from mycrm_common.db.tables.events import inbox
from mycrm_common.work import Reading, Work


async def enter(work: Work, *, consumer: str, event_id: str) -> bool:
    """Write down that the consumer does this event now; False when it has been done before."""
    row = insert(inbox).values(consumer=consumer, event_id=event_id, processed_at=work.at)
    try:
        # Both databases take back the one statement that met its like, so no savepoint is needed around it.
        await work.connection.execute(row)
    except IntegrityError:
        return False
    return True


async def has_done(reading: Reading, *, consumer: str, event_id: str) -> bool:
    """Tell whether the consumer has done this event."""
    found = select(inbox.c.event_id).where(inbox.c.consumer == consumer, inbox.c.event_id == event_id)
    return (await reading.connection.execute(found)).first() is not None
