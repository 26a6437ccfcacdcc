"""What a database does for a piece of work: its statements, how it finds the rows of each, and how many it touches.

The plan says what the database means to do; its own counters say what it did. SQLite counts no rows, but the steps of
its machine: they are told as rows, twenty of them for one.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from mycrm_common.work import Reading

_STEPS_A_LOOK = 100
_STEPS_A_ROW = 20
_FAR = 50_000
# A whole table is read: neither by an index, nor something that the statement made for itself.
_SQLITE_SCAN = re.compile(r"SCAN (customers|search_grams|messages|msg_addrs|followup_marks)$")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen of a piece of work."""

    statements: list[tuple[str, Any]]
    plans: list[Any]
    rows_touched: int

    @property
    def scans(self) -> list[Any]:
        """The steps that would read a whole table; what a statement makes for itself, and reads, is none."""
        full = [plan for plan in self.plans if plan.type == "ALL" and not plan.table.startswith("<")]
        return [plan for plan in full if int(plan.rows or 0) > 1_000]

    @property
    def large_sorts(self) -> list[Any]:
        """The steps that sort more than a few thousand rows."""
        sorts = [plan for plan in self.plans if "filesort" in (plan.Extra or "")]
        return [plan for plan in sorts if int(plan.rows or 0) > 20_000]


@dataclass(frozen=True, kw_only=True)
class SeenOfSqlite(Seen):
    """What was seen of a piece of work on SQLite, whose plans are words."""

    @property
    def scans(self) -> list[Any]:
        """The steps that read a whole table; a walk along its ids is called a scan too, and ends with the page."""
        if self.rows_touched <= _FAR:
            return []
        return [plan for plan in self.plans if _SQLITE_SCAN.fullmatch(plan.detail)]

    @property
    def large_sorts(self) -> list[Any]:
        """None: a plan does not say how much is sorted, but the rows that are touched do."""
        return []


async def watch(look: Reading, act: Callable[[], Awaitable[Any]]) -> Seen:
    """Do a piece of work on this connection, and see what it does."""
    if look.connection.dialect.name == "sqlite":
        return await _watch_sqlite(look, act)
    await look.connection.exec_driver_sql("FLUSH STATUS")
    asked = await _asked(look, act)
    counted: Any = await look.connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'")
    touched = sum(int(many) for _, many in counted.all())
    return Seen(statements=asked, plans=await _explained(look, asked, word="EXPLAIN"), rows_touched=touched)


async def _watch_sqlite(look: Reading, act: Callable[[], Awaitable[Any]]) -> Seen:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += _STEPS_A_LOOK
        return 0

    driver: Any = (await look.connection.get_raw_connection()).driver_connection
    await driver.set_progress_handler(count, _STEPS_A_LOOK)
    try:
        asked = await _asked(look, act)
    finally:
        await driver.set_progress_handler(None, _STEPS_A_LOOK)
    plans = await _explained(look, asked, word="EXPLAIN QUERY PLAN")
    return SeenOfSqlite(statements=asked, plans=plans, rows_touched=steps // _STEPS_A_ROW)


async def _asked(look: Reading, act: Callable[[], Awaitable[Any]]) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []
    connection = look.connection.sync_connection
    assert connection is not None

    def note(*said: Any) -> None:
        asked.append((said[2], said[3]))

    event.listen(connection, "before_cursor_execute", note)
    try:
        await act()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return asked


async def _explained(look: Reading, asked: list[tuple[str, Any]], *, word: str) -> list[Any]:
    plans: list[Any] = []
    for statement, values in asked:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            one = values[0] if isinstance(values, list) else values
            plans += (await look.connection.exec_driver_sql(f"{word} {statement}", one)).all()
    return plans
