"""Walks over all customers, some at a time, each in a moment of looking of its own."""

from collections.abc import AsyncIterator, Collection

from sqlalchemy import select

from mycrm_api.domain.cursors import Cursor
from mycrm_api.domain.customers import Customer, sort_of
from mycrm_api.store.customers import customer_of, sorting_by
from mycrm_api.store.keyset import walk
from mycrm_common.db.tables.customers import customers
from mycrm_common.work import ReadingRoom

_SOME = 500


async def walk_customers(
    reading: ReadingRoom, *, sort: str, valid: Collection[int]
) -> AsyncIterator[list[Customer]]:
    """Yield the customers of these validities, in the order of a column; between two reads nothing is held."""
    column, descending = sort_of(sort)
    sorting = sorting_by(column)
    order = sorting.order(descending=descending)
    rows = select(customers).where(customers.c.valid.in_(sorted(valid)))
    cursor: Cursor | None = None
    while True:
        async with reading() as look:
            found = await walk(look, rows, order, cursor=cursor, limit=_SOME)
        if found:
            cursor = Cursor(keys=sorting.keys_of(found[-1]))
            yield [customer_of(row) for row in found]
        if len(found) < _SOME:
            return
