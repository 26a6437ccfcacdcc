"""What was changed of customers."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.history import CustomerChange, HistoryEntry, HistoryList, how_of
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.pieces import MOST_KEYS
from mycrm_api.store.signatures import names_of
from mycrm_common.db.tables.customers import customer_history
from mycrm_common.ids import new_id
from mycrm_common.work import Reading, Work

_ORDER = Order(id=customer_history.c.id, descending=True)


async def put_changes(
    work: Work,
    changes: Sequence[CustomerChange],
    *,
    change_id: str | None = None,
    undoes: str | None = None,
) -> str:
    """Write down what one act changed, and return its id: a new one, or that of the act which this continues."""
    act = change_id or new_id(work.at)
    written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for start in range(0, len(changes), MOST_KEYS):
        rows = [
            {
                "customer_id": change.customer_id,
                "version": change.version,
                "how": change.how,
                "made_by": change.by,
                "at": work.at,
                "change_id": act,
                "undoes": undoes,
                "changed": written(change.changed),
            }
            for change in changes[start : start + MOST_KEYS]
        ]
        await work.connection.execute(insert(customer_history), rows)
    return act


async def of_customer(reading: Reading, wanted: HistoryList) -> Page[HistoryEntry]:
    """Return one page of a customer's history, newest first."""
    listing = Listing(sort="-id", kinds=(int,), filters={"customer_id": wanted.customer_id})
    cursor = listing.read(wanted.cursor)
    theirs = customer_history.c.customer_id == wanted.customer_id
    rows = select(customer_history).where(theirs)
    found = await walk(reading, rows, _ORDER, cursor=cursor, limit=wanted.limit + 1)
    turned = turn(found, lambda row: (row.id,), cursor=cursor, listing=listing, limit=wanted.limit)
    names = await names_of(reading, (row.made_by for row in turned.rows))
    counted = select(func.count()).select_from(customer_history).where(theirs)
    return Page(
        items=[_entry(row, names) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=int((await reading.connection.execute(counted)).scalar_one()),
    )


async def of_change(reading: Reading, change_id: str) -> AsyncIterator[list[HistoryEntry]]:
    """Return all that one act changed, by customer, some at a time."""
    act = select(customer_history).where(customer_history.c.change_id == change_id)
    order = customer_history.c.customer_id
    last = 0
    while True:
        some = act.where(order > last).order_by(order).limit(MOST_KEYS)
        rows = (await reading.connection.execute(some)).all()
        if not rows:
            return
        yield [_entry(row, {}) for row in rows]
        last = rows[-1].customer_id


def _entry(row: Row[Any], names: Mapping[str, str]) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        customer_id=row.customer_id,
        version=row.version,
        how=how_of(row.how),
        by=row.made_by,
        by_name=names.get(row.made_by),
        at=row.at,
        change_id=row.change_id,
        undoes=row.undoes,
        changed={name: (before, after) for name, (before, after) in json.loads(row.changed).items()},
    )
