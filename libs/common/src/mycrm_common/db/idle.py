"""Pooled connections to a server: asked whether they still stand, but only those that nobody has used for a moment.

Asking each time would be one journey more for every transaction. A connection that was at work a moment ago stands,
unless its end has reached us meanwhile, which costs no journey to see; where the server died in that very moment, the
statement says so as well as the question would have.
"""

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

_SECONDS = 1.0
_FREE_SINCE = "mycrm_free_since"


def ask_idle_connections(engine: AsyncEngine) -> None:
    """Ask a connection that was idle whether it stands before it is used; none stands where one does not."""
    lost = engine.dialect.loaded_dbapi.Error

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_raw: Any, record: Any) -> None:
        record.info[_FREE_SINCE] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(raw: Any, record: Any, _proxy: Any) -> None:
        if has_ended(raw):
            raise InvalidatePoolError
        if time.monotonic() - record.info.pop(_FREE_SINCE, time.monotonic()) < _SECONDS:
            return
        try:
            raw.ping(reconnect=False)
        except lost as error:
            raise InvalidatePoolError from error


def has_ended(raw: Any) -> bool:
    """Say whether the other side has closed or reset the connection, as far as our loop has heard."""
    driver = raw.driver_connection
    reader, writer = driver._reader, driver._writer  # noqa: SLF001 - aiomysql tells this nowhere else
    if reader is None or writer is None:
        return True
    return bool(reader.at_eof() or reader.exception() is not None or writer.transport.is_closing())
