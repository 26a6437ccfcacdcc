"""The time that all processes share: the database's.

What is due, claimed or leased is a moment that one process writes and another one reads, and machines' clocks
differ. So a transaction happens at the database's time. SQLite has one machine, and its clock is the database's.
MariaDB is asked now and then; in between, a steady counter of this machine tells how much has passed, so nobody
who sets this machine's clock moves what waits in the database.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mycrm_common.clock import Clock
from mycrm_common.db.dialects import server_time

_LOOK_SECONDS = 10.0


def _steadily() -> float:
    # Unlike the monotonic clock this one goes on while the machine is suspended.
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ServerClock:
    """A database server's clock, as this process knows it; the machine's own until it was first asked."""

    def __init__(self, own: Clock, *, steadily: Callable[[], float] = _steadily) -> None:
        self._own = own
        self._steadily = steadily
        self._seen: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        if self._seen is None:
            return self._own.now()
        moment, counted = self._seen
        return moment + timedelta(seconds=self._steadily() - counted)

    async def look(self, connection: AsyncConnection) -> None:
        """Ask the server for its time, unless that was done a moment ago."""
        asked = self._steadily()
        if self._seen is not None and asked - self._seen[1] < _LOOK_SECONDS:
            return
        moment = (await connection.execute(select(server_time()))).scalar_one()
        self._seen = moment, (asked + self._steadily()) / 2
