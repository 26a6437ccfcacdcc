"""One service writes a table: a statement that writes another's is refused before it runs.

The connection carries the name of the service that opened it, so the guard holds on the shared engine of the
embedded CRM too. Raw SQL would slip past it, which is why the lint bans `text()`.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.dml import UpdateBase

from mycrm_common.db.tables.registry import COMMON
from mycrm_common.errors import Kind, MyCRMError

SERVICE_OPTION = "mycrm_service"
MIGRATIONS = "migrations"


def guard_tables(engine: AsyncEngine) -> None:
    """Refuse every INSERT, UPDATE and DELETE of a table that the connection's service does not own."""

    @event.listens_for(engine.sync_engine, "before_execute")
    def check(connection: Connection, statement: Any, *_: Any) -> None:
        if isinstance(statement, UpdateBase):
            refuse_foreign(connection, statement.table)


def refuse_foreign(connection: Connection, table: Any) -> None:
    """Raise `foreign_table_write` unless the service of the connection owns the table."""
    owner = getattr(table, "info", {}).get("owner")
    service = connection.get_execution_options().get(SERVICE_OPTION)
    is_allowed = service is not None and owner in {COMMON, service}
    if service != MIGRATIONS and not is_allowed:
        detail = f"{service or 'a reader'} writes {table.description}, which belongs to {owner}"
        raise MyCRMError("foreign_table_write", Kind.BUG, detail)
