"""Pages by keys: each page is found by the row that it follows, never by counting rows.

The order is (sort column, id), both in the same direction, so it is total and the way back is the exact
reverse. NULLs are lowest, as both databases have them. A page is asked for in up to three plain steps, the rest
of the rows that equal the last key, then what lies beyond it, and NULLs: each is one walk along an index, which the
usual `a > x OR (a = x AND id > y)` is not on either database, nor `a < x OR a IS NULL` on SQLite.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, true

from mycrm_api.domain.cursors import Cursor, Key, Listing
from mycrm_common.work import Reading

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What rows are sorted by; `by` is None where it is the id alone, `is_unique` where no two rows are equal.

    Where only rows of a few `values` are asked for, each of these is a walk: SQLite looks all of them up for a range.
    """

    id: ColumnElement[int]
    by: ColumnElement[Any] | None = None
    descending: bool = False
    is_nullable: bool = False
    is_unique: bool = False
    values: tuple[int, ...] | None = None

    def clauses(self, *, backwards: bool) -> list[ColumnElement[Any]]:
        """Return what stands behind ORDER BY; MariaDB walks a unique index only where nothing follows it."""
        falls = self.descending != backwards
        columns = [column for column in (self.by, None if self.is_unique else self.id) if column is not None]
        return [column.desc() if falls else column.asc() for column in columns]

    def steps(self, cursor: Cursor) -> Iterator[tuple[ColumnElement[bool], "Order"]]:
        """Return the conditions whose rows, one after the other, are all that follow the cursor, each in its order.

        Rows that equal the last key, and those that are NULL, go by id alone: MariaDB does not see that a text is
        constant, and would sort.
        """
        falls = self.descending != cursor.backwards
        past_id = _past(self.id, cursor.keys[-1], falls=falls, including=cursor.including)
        if self.by is None:
            yield past_id, self
            return
        key = cursor.keys[0]
        by_id = Order(id=self.id, descending=self.descending)
        if not self.is_unique:
            equal = self.by.is_(None) if key is None else self.by == key
            yield and_(equal, past_id), by_id
        if self.values is not None and isinstance(key, int):
            for value in sorted(self.values, reverse=falls):
                if (value < key) if falls else (value > key):
                    yield self.by == value, by_id
            return
        if key is not None:
            yield _past(self.by, key, falls=falls, including=cursor.including and self.is_unique), self
            if falls and self.is_nullable:
                yield self.by.is_(None), by_id
        elif not falls:
            yield self.by.is_not(None), self


@dataclass(frozen=True, kw_only=True)
class Turn(Generic[Found]):
    """The rows of one page in the list's order, and the cursors of its neighbours."""

    rows: Sequence[Found]
    next_cursor: str | None
    previous_cursor: str | None


async def walk(
    reading: Reading, rows: Select[Any], order: Order, *, cursor: Cursor | None, limit: int
) -> list[Row[Any]]:
    """Return up to `limit` rows that follow the cursor in the direction in which it looks."""
    found: list[Row[Any]] = []
    backwards = cursor is not None and cursor.backwards
    for step, by in [(true(), order)] if cursor is None else order.steps(cursor):
        some = rows.where(step).order_by(*by.clauses(backwards=backwards)).limit(limit - len(found))
        found += (await reading.connection.execute(some)).all()
        if len(found) >= limit:
            break
    return found


def turn(
    found: Sequence[Found],
    key_of: Callable[[Found], tuple[Key, ...]],
    *,
    cursor: Cursor | None,
    listing: Listing,
    limit: int,
) -> Turn[Found]:
    """Make a page of what a walk of `limit` + 1 rows has found."""
    backwards = cursor is not None and cursor.backwards
    rows = list(found[:limit])[:: -1 if backwards else 1]
    is_cut = len(found) > limit

    def edge(*, back: bool) -> str | None:
        if back == backwards and not is_cut:
            return None
        if rows:
            return listing.write(Cursor(keys=key_of(rows[0 if back else -1]), backwards=back))
        # An empty page behind a cursor: the way back includes the row that the cursor names.
        return (
            None
            if cursor is None
            else listing.write(Cursor(keys=cursor.keys, backwards=back, including=True))
        )

    return Turn(
        rows=rows,
        next_cursor=edge(back=False),
        previous_cursor=None if cursor is None else edge(back=True),
    )


def _past(column: ColumnElement[Any], key: Any, *, falls: bool, including: bool) -> ColumnElement[bool]:
    compare = (le if including else lt) if falls else (ge if including else gt)
    past: ColumnElement[bool] = compare(column, key)
    return past
