"""What differs between SQLite and MariaDB, and may stand nowhere else but here and in migrations."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Insert,
    Integer,
    Row,
    Select,
    Table,
    bindparam,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import UserDefinedType

from mycrm_common.db.guard import refuse_foreign
from mycrm_common.db.literals import Written, tuples
from mycrm_common.db.types import UtcDateTime

Found = TypeVar("Found", bound=tuple[Any, ...])

# MariaDB: lock wait timeout, deadlock, record changed since last read. Nothing was done; try again.
_MARIADB_BUSY = {1205, 1213, 1020}
# MariaDB: an error writing a file, disk full, a table file that cannot grow.
_MARIADB_FULL = {3, 1021, 1026, 1114}
# MariaDB makes a table of a longer list, and joins it, where it would look each number up.
_MOST_LISTED = 900
# SQLite says the first where the disk is full, the second where a quota or the disk itself refuses the write.
_SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}
# Letters: at most a tenth of what a server takes in one statement unless it was told otherwise.
_LONGEST_STATEMENT = 400_000


class _Listed(UserDefinedType[str]):
    """Numbers with commas between them, written into the statement only when it is sent: none is kept with its text."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Callable[[str], str]:
        """Write the list as SQL has it."""
        del dialect
        return "({})".format


def is_busy(error: DBAPIError) -> bool:
    """Tell whether the statement only met another one and may simply be tried again."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    code = arguments[0] if arguments else None
    return code in _MARIADB_BUSY or "database is locked" in str(code)


def is_full(error: DBAPIError) -> bool:
    """Tell whether there was no room for what was to be written."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    code = arguments[0] if arguments else None
    return code in _MARIADB_FULL or getattr(error.orig, "sqlite_errorcode", None) in _SQLITE_FULL


def is_duplicate(error: DBAPIError) -> bool:
    """Tell whether a row with that key is there already."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    return bool(arguments) and (arguments[0] == 1062 or "UNIQUE constraint failed" in str(arguments[0]))  # noqa: PLR2004 - MariaDB's number


async def insert_rows(
    connection: AsyncConnection,
    table: Table,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Insert many rows, quickly: values of these columns, and those that are the `same` in every row."""
    if connection.dialect.name == "sqlite":
        values = [dict(zip(names, row, strict=True), **(same or {})) for row in rows]
        if values:
            await connection.execute(insert(table), values)
        return
    for statement, piece in _statements(connection, table, names, rows, same or {}):
        await connection.exec_driver_sql(statement, (piece,))


async def insert_and_tell(
    connection: AsyncConnection,
    table: Table,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    same: Mapping[str, Any],
    told: Sequence[str],
) -> AsyncIterator[Row[Any]]:
    """Insert many rows as `insert_rows` does, and yield these columns of those that are in, statement by statement.

    Numbers and bytes only: what is told comes as the driver has it.
    """
    if connection.dialect.name == "sqlite":
        values = [dict(zip(names, row, strict=True), **same) for row in rows]
        if values:
            telling = insert(table).returning(*(table.c[name] for name in told))
            for row in await connection.execute(telling, values):
                yield row
        return
    for statement, piece in _statements(connection, table, names, rows, same):
        for row in await connection.exec_driver_sql(f"{statement} RETURNING {','.join(told)}", (piece,)):
            yield row


def _statements(
    connection: AsyncConnection,
    table: Table,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    same: Mapping[str, Any],
) -> Iterable[tuple[str, Written]]:
    """Yield what inserts the rows on MariaDB; bound one by one, their values cost more than to store them."""
    if connection.sync_connection is not None:
        refuse_foreign(connection.sync_connection, table)
    statement = f"INSERT INTO {table.name} ({','.join([*names, *same])}) VALUES %s"  # noqa: S608 - names of our own tables
    return ((statement, Written(piece)) for piece in _pieces(tuples(rows, same=list(same.values()))))


def _pieces(tuples: Iterable[str]) -> Iterable[str]:
    """Join the tuples to pieces that a server takes however little it allows for one statement."""
    piece: list[str] = []
    size = 0
    for row in tuples:
        if piece and size + len(row) > _LONGEST_STATEMENT:
            yield ",".join(piece)
            piece, size = [], 0
        piece.append(row)
        size += len(row)
    if piece:
        yield ",".join(piece)


def looked_at(column: ColumnElement[int]) -> ColumnElement[int]:
    """Return a number column for a condition that each row is held against, and that no index is to be chosen for.

    SQLite would find most of a table by a condition on few values, and sort all of that for the first fifty.
    """
    return column + 0


def insert_ignoring(connection: AsyncConnection, table: Table) -> Insert:
    """Return an INSERT that leaves a row with the same key as it is."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    # INSERT IGNORE would also swallow values that do not fit; a key that is set to itself changes nothing.
    first = next(iter(table.primary_key.columns))
    return mysql.insert(table).on_duplicate_key_update({first.name: table.c[first.name]})


def upsert(connection: AsyncConnection, table: Table, values: dict[str, Any], *, key: str) -> Insert:
    """Return an INSERT of one row that takes over the values where `key` is there already."""
    changed = {name: value for name, value in values.items() if name != key}
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).values(**values).on_conflict_do_update(index_elements=[key], set_=changed)
    return mysql.insert(table).values(**values).on_duplicate_key_update(**changed)


def upsert_rows(connection: AsyncConnection, table: Table) -> Insert:
    """Return an INSERT of many rows that takes over the values of those whose primary key is there already."""
    key = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if column.name not in key]
    if connection.dialect.name == "sqlite":
        fresh = sqlite.insert(table)
        return fresh.on_conflict_do_update(
            index_elements=key, set_={name: fresh.excluded[name] for name in others}
        )
    written = mysql.insert(table)
    return written.on_duplicate_key_update({name: written.inserted[name] for name in others})


def among(column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Return whether a column is one of some numbers; thousands of parameters would take longer than the question."""
    rest = map(str, map(int, numbers))
    lists = iter(lambda: ",".join(islice(rest, _MOST_LISTED)), "")
    return or_(
        false(),
        *(
            column.op("IN", is_comparison=True)(
                bindparam(None, one, type_=_Listed(), unique=True, literal_execute=True)
            )
            for one in lists
        ),
    )


def server_time() -> ColumnElement[datetime]:
    """Return what asks MariaDB for its time, to the microsecond."""
    return func.utc_timestamp(literal_column("6"), type_=UtcDateTime())


def place_in(connection: AsyncConnection, column: Column[Any], numbers: Sequence[int]) -> ColumnElement[int]:
    """Return the place of a column's value in a list, from 1: one parameter, however long the list is."""
    listed = ",".join(str(number) for number in numbers)
    if connection.dialect.name == "sqlite":
        each = func.json_each(f"[{listed}]").table_valued("key", "value")
        return select(each.c.key + 1).where(each.c.value == column).scalar_subquery()
    return func.find_in_set(column, listed, type_=Integer())


def through_index(statement: Select[Found], table: Table, index: str) -> Select[Found]:
    """Return a SELECT that finds the rows of a table through that index on MariaDB; SQLite cannot be told.

    It takes the index that fits the order unless a condition tempts it: see `looked_at`.
    """
    return statement.with_hint(table, f"FORCE INDEX ({index})", "mysql")
