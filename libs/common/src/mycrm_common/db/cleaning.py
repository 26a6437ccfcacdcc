"""What may be forgotten: sent events after 7 days (until then they can be read again), done ones after 30.

A done event is remembered longer than any retry of it can take, so that its repetition is always known. Parked
events stay until a person has dealt with them. Rows go in small batches, so that nobody waits for a cleaner.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from mycrm_common.db.outbox import SENT
from mycrm_common.db.tables.events import inbox, outbox
from mycrm_common.db.tables.logs import logs
from mycrm_common.work import Work

_BATCH = 500
_SENT = timedelta(days=7)
_DONE = timedelta(days=30)
_LOGGED = timedelta(days=90)


async def forget_some(work: Work) -> int:
    """Remove one batch of each kind, and return how many rows went."""
    sent = (outbox.c.state == SENT) & (outbox.c.sent_at < work.at - _SENT)
    removed = await _remove(work, outbox, sent)
    removed += await _remove(work, inbox, inbox.c.processed_at < work.at - _DONE)
    return removed + await _remove(work, logs, logs.c.at < work.at - _LOGGED)


async def _remove(work: Work, table: Table, old: ColumnElement[bool]) -> int:
    key = list(table.primary_key.columns)
    chosen: Any = (await work.connection.execute(select(*key).where(old).limit(_BATCH))).all()
    if not chosen:
        return 0
    column = key[0] if len(key) == 1 else tuple_(*key)
    values = [row[0] if len(key) == 1 else tuple(row) for row in chosen]
    await work.connection.execute(delete(table).where(column.in_(values)))
    return len(values)
