"""MariaDB's driver with our way to write values into a statement; see `literals`."""

from datetime import datetime
from typing import Any

import aiomysql

from mycrm_common.db.literals import WRITERS, Written


class Connection(aiomysql.Connection):  # type: ignore[misc]  # the library is untyped
    """The driver's connection; what is `Written` goes into a statement as it stands."""

    def escape(self, obj: object) -> str:
        """Return the value as it stands in a statement."""
        if type(obj) is Written:
            return obj.sql
        writer = WRITERS.get(type(obj))
        # A moment has lost its zone on its way here, and what is in UTC is known to the types alone.
        if writer is None or type(obj) is datetime:
            return str(super().escape(obj))
        return writer(obj)


async def connect(*arguments: Any, **options: Any) -> Connection:
    """Return a connection that is open, made as the driver makes its own."""
    connection = Connection(*arguments, **options)
    await connection._connect()  # noqa: SLF001 - what the driver's own `connect` does; it lets nobody say which class
    return connection
