"""Parked events: looked at, and made due again."""

from typing import Any

from sqlalchemy import Row, func, select, update

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.parked import ParkedEvent, ParkedList
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_common.db.deliveries import PARKED, READY
from mycrm_common.db.tables.events import deliveries
from mycrm_common.work import Reading, Work

_ORDER = Order(id=deliveries.c.id, descending=True)
_BODY_LENGTH = 20_000


async def page(reading: Reading, wanted: ParkedList) -> Page[ParkedEvent]:
    """Return one page of the parked events."""
    listing = Listing(sort="-id", kinds=(int,), filters={"consumer": wanted.consumer})
    cursor = listing.read(wanted.cursor)
    meant = [deliveries.c.state == PARKED]
    if wanted.consumer:
        meant.append(deliveries.c.consumer == wanted.consumer)
    found = await walk(
        reading, select(deliveries).where(*meant), _ORDER, cursor=cursor, limit=wanted.limit + 1
    )
    turned = turn(found, lambda row: (row.id,), cursor=cursor, listing=listing, limit=wanted.limit)
    counted = select(func.count()).select_from(deliveries).where(*meant)
    return Page(
        items=[_event(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=int((await reading.connection.execute(counted)).scalar_one()),
    )


async def make_due(work: Work, parked_id: int | None) -> int:
    """Let one parked event, or all, be tried again from the first attempt, and return how many."""
    meant = [deliveries.c.state == PARKED]
    if parked_id is not None:
        meant.append(deliveries.c.id == parked_id)
    done = await work.connection.execute(
        update(deliveries)
        .where(*meant)
        .values(state=READY, attempts=0, available_at=work.at, claimed_by=None)
    )
    return done.rowcount


def _event(row: Row[Any]) -> ParkedEvent:
    return ParkedEvent(
        id=row.id,
        event_id=row.event_id,
        consumer=row.consumer,
        type=row.type,
        attempts=row.attempts,
        reason=row.last_error or "",
        body=row.body[:_BODY_LENGTH].decode("utf-8", errors="replace"),
        told_at=row.created_at,
    )
