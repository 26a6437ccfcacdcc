"""Pages of the customers' list, with or without a search, in the time of a page however long the list is.

Without a search a page is one walk. With one, keys and ids are read first; only those customers are fetched that the
search index proposes, and each is held against the search itself.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from mycrm_api.domain.cursors import Cursor, Listing
from mycrm_api.domain.customer_lists import CustomerList, CustomerPage, check_place
from mycrm_api.domain.customers import Customer, sort_of
from mycrm_api.store.customer_ways import Way, wanted_values, way_to
from mycrm_api.store.customers import CUSTOMER_FIELDS, customer_of
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.list_marks import mark_before, marked_size, row_after
from mycrm_api.store.sorting import Sorting, sorting_by
from mycrm_common.db.dialects import among
from mycrm_common.db.tables.customers import customers
from mycrm_common.work import Reading, ReadingRoom

_MOST_KEYS = 20_000
_SPARE = 10


async def page(reading: Reading, wanted: CustomerList) -> CustomerPage:
    """Return one page of the list."""
    check_place(cursor=wanted.cursor, near=wanted.near)
    column, descending = sort_of(wanted.sort)
    sorting = sorting_by(column)
    order = sorting.order(descending=descending, values=dict(wanted_values(wanted.only)))
    listing = Listing(sort=wanted.sort, kinds=sorting.kinds, filters=wanted.only.told)
    cursor, position = listing.read(wanted.cursor), None
    way = await way_to(reading, wanted, sorting)
    approximate = way.approximate
    if wanted.near is not None:
        cursor, position, is_near = await _place(reading, wanted, way, sorting, order)
        approximate = approximate or is_near
    found = await _found(reading, wanted, way, sorting, order, cursor=cursor)
    turned = turn(found, sorting.keys_of, cursor=cursor, listing=listing, limit=wanted.limit)
    return CustomerPage(
        items=[customer_of(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=way.total,
        approximate=approximate,
        position=position,
        unindexed=way.unindexed,
    )


async def pieces(reading: ReadingRoom, wanted: CustomerList) -> AsyncIterator[list[Customer]]:
    """Give the whole list in its order, `limit` at a time; between two of them nothing is held."""
    column, descending = sort_of(wanted.sort)
    sorting = sorting_by(column)
    order = sorting.order(descending=descending, values=dict(wanted_values(wanted.only)))
    async with reading() as look:
        way = await way_to(look, wanted, sorting)
    cursor: Cursor | None = None
    while True:
        async with reading() as look:
            rows = (await _found(look, wanted, way, sorting, order, cursor=cursor))[: wanted.limit]
        if rows:
            yield [customer_of(row) for row in rows]
            cursor = Cursor(keys=sorting.keys_of(rows[-1]))
        if len(rows) < wanted.limit:
            return


async def _found(
    reading: Reading, wanted: CustomerList, way: Way, sorting: Sorting, order: Order, *, cursor: Cursor | None
) -> list[Row[Any]]:
    """Return the rows that follow a cursor, one more than a page holds."""
    limit = wanted.limit + 1
    if not wanted.only.search.conditions:
        return await walk(reading, way.rows, order, cursor=cursor, limit=limit)
    found: list[Row[Any]] = []
    asked, passed = _asked(limit, way.share), 0
    while True:
        keys = await walk(reading, way.keys, order, cursor=cursor, limit=asked)
        ids = [row.id for row in keys if way.ids is None or row.id in way.ids]
        found += await _meant(reading, wanted, sorting, ids, limit=limit - len(found))
        if len(found) >= limit or len(keys) < asked:
            return found
        backwards = cursor is not None and cursor.backwards
        cursor = Cursor(keys=sorting.keys_of(keys[-1]), backwards=backwards)
        passed += len(keys)
        # As many as it takes where the rest is as the beginning was; never so few that it takes many questions.
        asked = _asked(limit - len(found), (len(found) or 0.25) / passed)


def _asked(missing: int, share: float) -> int:
    return min(round((missing + _SPARE) / share), _MOST_KEYS)


async def _meant(
    reading: Reading, wanted: CustomerList, sorting: Sorting, ids: Sequence[int], *, limit: int
) -> list[Row[Any]]:
    """Return those of some customers whom the search finds, in the order of their ids here, up to a limit."""
    columns = dict.fromkeys([*(customers.c[name] for name in CUSTOMER_FIELDS), sorting.key])
    found: list[Row[Any]] = []
    at, piece = 0, limit + _SPARE
    while at < len(ids) and len(found) < limit:
        some = ids[at : at + piece]
        rows = await reading.connection.execute(select(*columns).where(among(customers.c.id, some)))
        by_id = {row.id: row for row in rows}
        found += [by_id[one] for one in some if one in by_id and wanted.only.search.finds(by_id[one])]
        at, piece = at + piece, min(piece * 4, _MOST_KEYS)
    return found[:limit]


async def _place(
    reading: Reading, wanted: CustomerList, way: Way, sorting: Sorting, order: Order
) -> tuple[Cursor | None, int, bool]:
    """Return where the page near a fraction begins, how many come before it, and whether that is about right."""
    last = max(way.total - wanted.limit, 0)
    position = min(round((wanted.near or 0) * way.total), last)
    if position == 0:
        return None, 0, False
    if not way.is_sorted:
        if position == last:
            return await _before_end(reading, wanted, way, sorting, order), position, way.is_walk
        marked = await _marked(reading, way, sorting, order, position)
        if marked is not None:
            return *marked, True
    skipped = round(position / way.share)
    row = await row_after(reading, way.keys, order, None, skipped=skipped)
    return _including(sorting, row), position, way.is_walk


async def _before_end(
    reading: Reading, wanted: CustomerList, way: Way, sorting: Sorting, order: Order
) -> Cursor | None:
    reverse = replace(order, descending=not order.descending)
    skipped = round((wanted.limit - 1) / way.share)
    return _including(sorting, await row_after(reading, way.keys, reverse, None, skipped=skipped))


async def _marked(
    reading: Reading, way: Way, sorting: Sorting, order: Order, position: int
) -> tuple[Cursor, int] | None:
    """Return the nearest mark to a position; marks are of the list of all, in ascending order."""
    size = await marked_size(reading)
    fraction = position / way.total
    marked = await mark_before(
        reading, sorting, round((1 - fraction if order.descending else fraction) * size)
    )
    if marked is None or not size:
        return None
    place, cursor = marked
    reached = 1 - place / size if order.descending else place / size
    return replace(cursor, including=True), round(reached * way.total)


def _including(sorting: Sorting, row: Row[Any] | None) -> Cursor | None:
    return None if row is None else Cursor(keys=sorting.keys_of(row), including=True)
