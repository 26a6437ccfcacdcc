"""Parked events: looked at, and made due again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Row, Select, func, select, update

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.parked import ParkedEvent, ParkedFilter, ParkedList, shown
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_common.db.deliveries import PARKED, READY
from mycrm_common.db.tables.events import deliveries
from mycrm_common.work import Reading, Work

_ORDER = Order(id=deliveries.c.id, descending=True)
# A page may hold two hundred; whoever wants all of one body asks for that event.
_BODY_LENGTH = 20_000
_BESIDE_BODY = tuple(column for column in deliveries.c if column is not deliveries.c.body)


async def page(reading: Reading, wanted: ParkedList) -> Page[ParkedEvent]:
    """Return one page of the parked events, each with the beginning of its body."""
    filters = {"consumer": wanted.which.consumer, "type": wanted.which.type}
    listing = Listing(sort="-id", kinds=(int,), filters=filters)
    cursor = listing.read(wanted.cursor)
    beginning = func.substr(deliveries.c.body, 1, _BODY_LENGTH, type_=LargeBinary)
    found = await walk(
        reading, _parked(beginning, wanted.which), _ORDER, cursor=cursor, limit=wanted.limit + 1
    )
    turned = turn(found, lambda row: (row.id,), cursor=cursor, listing=listing, limit=wanted.limit)
    counted = select(func.count()).select_from(deliveries).where(*_meant(wanted.which))
    return Page(
        items=[_event(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=int((await reading.connection.execute(counted)).scalar_one()),
    )


async def by_id(reading: Reading, parked_id: int) -> ParkedEvent | None:
    """Return the parked event of that id, with all that is kept of its body."""
    wanted = _parked(deliveries.c.body, ParkedFilter()).where(deliveries.c.id == parked_id)
    row = (await reading.connection.execute(wanted)).first()
    return _event(row) if row else None


async def replayable_ids(reading: Reading, which: ParkedFilter, *, after: int, limit: int) -> Sequence[int]:
    """Return the first ids above `after` of those parked events that can be tried again."""
    wanted = (
        select(deliveries.c.id)
        .where(*_meant(which), deliveries.c.id > after, deliveries.c.type != "", deliveries.c.consumer != "")
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return (await reading.connection.execute(wanted)).scalars().all()


async def make_due(work: Work, parked_ids: Sequence[int]) -> int:
    """Let parked events be tried again from the first attempt, and return how many were parked still."""
    if not parked_ids:
        return 0
    done = await work.connection.execute(
        update(deliveries)
        .where(deliveries.c.state == PARKED, deliveries.c.id.in_(parked_ids))
        .values(state=READY, attempts=0, available_at=work.at, claimed_by=None)
    )
    return done.rowcount


def _parked(body: ColumnElement[bytes], which: ParkedFilter) -> Select[Any]:
    return select(*_BESIDE_BODY, body.label("body")).where(*_meant(which))


def _meant(which: ParkedFilter) -> list[ColumnElement[bool]]:
    meant = [deliveries.c.state == PARKED]
    if which.consumer:
        meant.append(deliveries.c.consumer == which.consumer)
    if which.type:
        meant.append(deliveries.c.type == which.type)
    return meant


def _event(row: Row[Any]) -> ParkedEvent:
    return ParkedEvent(
        id=row.id,
        event_id=row.event_id,
        consumer=row.consumer,
        type=row.type,
        attempts=row.attempts,
        reason=row.last_error or "",
        body=shown(row.body, readable=bool(row.type)),
        told_at=row.created_at,
    )
