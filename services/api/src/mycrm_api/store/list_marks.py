"""Marks along the sorted lists: rows at equal distances, so that a page near any fraction is found at once.

They are kept in ascending order for each column, and grow old as rows come and go: what they tell is approximate.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, true

from mycrm_api.domain.cursors import Cursor, Listing
from mycrm_api.domain.customer_lists import Mark
from mycrm_api.store.keyset import Order
from mycrm_api.store.sorting import Sorting, sorting_by
from mycrm_common.db.dialects import through_index
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.lists import list_marks as marks
from mycrm_common.work import Reading, Work

_MOST_AT_ONCE = 500


async def mark_before(reading: Reading, sorting: Sorting, place: int) -> tuple[int, Cursor] | None:
    """Return the nearest row before a place in ascending order, and how many rows came before it."""
    near = (
        select(marks.c.place, marks.c.sort_key)
        .where(marks.c.sort == sorting.column, marks.c.place <= place)
        .order_by(marks.c.place.desc())
        .limit(1)
    )
    row = (await reading.connection.execute(near)).first()
    cursor = _listing(sorting).read(row.sort_key) if row else None
    return (row.place, cursor) if row and cursor else None


async def marked_size(reading: Reading) -> int:
    """Return how many customers there were when the marks were set."""
    last = select(func.max(marks.c.place)).where(marks.c.sort == "id")
    place = (await reading.connection.execute(last)).scalar_one()
    return 0 if place is None else int(place) + 1


async def place_marks(reading: Reading, column: str, *, size: int, distance: int) -> list[Mark]:
    """Return marks in the list as it stands, sorted by a column."""
    sorting = sorting_by(column)
    rows = keys_only(sorting)
    placed: list[Mark] = []
    cursor: Cursor | None = None
    last = -1
    # The last row too: its place says how long the list was.
    for place in sorted({*range(0, size, distance), size - 1} - {-1}):
        order = sorting.order(descending=False)
        row = await row_after(reading, rows, order, cursor, skipped=place - last - 1)
        if row is None:
            break
        cursor, last = Cursor(keys=sorting.keys_of(row)), place
        placed.append(Mark(place=place, sort_key=_listing(sorting).write(cursor), customer_id=row.id))
    return placed


async def put_marks(work: Work, column: str, placed: Sequence[Mark]) -> None:
    """Keep these marks of a column in the place of the old ones."""
    await work.connection.execute(delete(marks).where(marks.c.sort == column))
    rows = [{"sort": column, **asdict(mark)} for mark in placed]
    for at in range(0, len(rows), _MOST_AT_ONCE):
        await work.connection.execute(insert(marks), rows[at : at + _MOST_AT_ONCE])


def keys_only(sorting: Sorting) -> Select[Any]:
    """Return the rows of the list as the sort's index holds them."""
    columns = dict.fromkeys((sorting.key, customers.c.id))
    return through_index(select(*columns), customers, sorting.index)


async def row_after(
    reading: Reading, rows: Select[Any], order: Order, cursor: Cursor | None, *, skipped: int
) -> Row[Any] | None:
    """Return the row that follows a cursor after so many that are passed over."""
    backwards = cursor is not None and cursor.backwards
    for step, by in [(true(), order)] if cursor is None else order.steps(cursor):
        part = rows.where(step)
        ordered = part.order_by(*by.clauses(backwards=backwards)).offset(skipped).limit(1)
        row: Row[Any] | None = (await reading.connection.execute(ordered)).first()
        if row is not None:
            return row
        passed = select(func.count()).select_from(part.subquery())
        skipped -= int((await reading.connection.execute(passed)).scalar_one())
    return None


def _listing(sorting: Sorting) -> Listing:
    return Listing(sort=sorting.column, kinds=sorting.kinds)
