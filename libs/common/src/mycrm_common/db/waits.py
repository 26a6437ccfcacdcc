"""Waits that became too long, because the clock was put back: events that wait for a moment which is far away now.

Nothing is made to wait longer than its claim lasts, or than the longest rest after so many tries. A row that would
wait longer was written before the clock was put back; it is due.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, or_, select, update

from mycrm_common.bus.retry import LONGEST_REFUSAL, MOST_ATTEMPTS, longest_delay
from mycrm_common.db import deliveries as waiting
from mycrm_common.db import outbox as telling
from mycrm_common.db.tables.events import deliveries, outbox
from mycrm_common.work import Work

LONGEST_CLAIM = timedelta(seconds=60)
_SLACK = timedelta(minutes=1)
_BATCH = 500


async def shorten(work: Work) -> int:
    """Make a batch of events due that would wait longer than anything is made to wait, and return how many."""
    told = [
        _unclaimed(outbox, tries=None, longest=LONGEST_REFUSAL, work=work),
        _unclaimed(outbox, tries=0, longest=timedelta(0), work=work),
    ]
    left = [
        _unclaimed(deliveries, tries=tries, longest=longest_delay(tries), work=work)
        for tries in range(MOST_ATTEMPTS)
    ]
    count = await _shorten(work, outbox, state=telling.NEW, unclaimed=told)
    return count + await _shorten(work, deliveries, state=waiting.READY, unclaimed=left)


async def _shorten(work: Work, table: Table, *, state: str, unclaimed: list[ColumnElement[bool]]) -> int:
    claimed = and_(table.c.claimed_by.is_not(None), table.c.available_at > work.at + LONGEST_CLAIM + _SLACK)
    # Looked for without locks: on all but one day in a thousand there is nothing.
    late = select(table.c.id).where(
        table.c.state == state, table.c.available_at > work.at + _SLACK, or_(claimed, *unclaimed)
    )
    ids = (await work.connection.execute(late.limit(_BATCH))).scalars().all()
    if ids:
        due = update(table).where(table.c.id.in_(ids), table.c.state == state)
        await work.connection.execute(due.values(available_at=work.at, claimed_by=None))
    return len(ids)


def _unclaimed(table: Table, *, tries: int | None, longest: timedelta, work: Work) -> ColumnElement[bool]:
    late = and_(table.c.claimed_by.is_(None), table.c.available_at > work.at + longest + _SLACK)
    return late if tries is None else and_(late, table.c.attempts == tries)
