"""What may be forgotten: sent events after 7 days (until then they can be read again), done ones after 30.

A done event is remembered longer than any retry of it can take, so that its repetition is always known. Parked
events stay until a person has dealt with them. Rows go in small batches, so that nobody waits for a cleaner.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, delete, select, tuple_

from mycrm_common.db.tables.events import inbox, outbox
from mycrm_common.db.tables.logs import logs
from mycrm_common.work import Work

_BATCH = 500
_SENT = timedelta(days=7)
_DONE = timedelta(days=30)
_LOGGED = timedelta(days=90)


async def forget_some(work: Work) -> int:
    """Remove one batch of each kind, and return how many rows went."""
    sent = select(outbox.c.id, outbox.c.sent_at).where(outbox.c.seq.is_not(None)).order_by(outbox.c.seq)
    done = select(inbox.c.consumer, inbox.c.event_id, inbox.c.processed_at).order_by(inbox.c.processed_at)
    logged = select(logs.c.id, logs.c.at).order_by(logs.c.id)
    removed = await _remove(work, outbox, sent, before=work.at - _SENT)
    removed += await _remove(work, inbox, done, before=work.at - _DONE)
    return removed + await _remove(work, logs, logged, before=work.at - _LOGGED)


async def _remove(work: Work, table: Table, oldest: Select[Any], *, before: datetime) -> int:
    """Remove what is too old of the oldest rows, by their keys; the last column is a row's moment.

    Asked for what is too old, the database would read a whole table to learn that there is nothing.
    """
    rows: Any = (await work.connection.execute(oldest.limit(_BATCH))).all()
    keys = [tuple(row[:-1]) for row in rows if row[-1] < before]
    if keys:
        columns = tuple_(*table.primary_key.columns)
        await work.connection.execute(delete(table).where(columns.in_(keys)))
    return len(keys)
