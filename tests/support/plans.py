"""What MariaDB does for a piece of work: its statements, how it finds the rows of each, and how many rows it touches.

The plan says what the server means to do; its own counters say what it did.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from mycrm_common.work import Reading


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


async def watch(look: Reading, act: Callable[[], Awaitable[Any]]) -> Seen:
    """Do a piece of work on this connection to MariaDB, and see what it does."""
    asked: list[tuple[str, Any]] = []
    connection = look.connection.sync_connection
    assert connection is not None

    def note(*said: Any) -> None:
        asked.append((said[2], said[3]))

    event.listen(connection, "before_cursor_execute", note)
    await look.connection.exec_driver_sql("FLUSH STATUS")
    try:
        await act()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    counted: Any = await look.connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'")
    touched = sum(int(many) for _, many in counted.all())
    statements = [one for one in asked if not one[0].startswith("FLUSH")]
    plans: list[Any] = []
    for statement, values in statements:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            plans += (await look.connection.exec_driver_sql(f"EXPLAIN {statement}", values)).all()
    return Seen(statements=statements, plans=plans, rows_touched=touched)
