"""Clearing a service's log."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from mycrm_api.store import logs
from mycrm_api.usecases.clear_log import clear_log
from mycrm_common.db import logs as log_shelf
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.logs import logs as table
from mycrm_common.logs import LogLine, LogShelf, open_logs
from mycrm_common.work import Work
from tests.contract.api_office import Office


class Archive:
    """A log in the database, and what clearing it is told of."""

    def __init__(self, office: Office) -> None:
        self._office, self._shelf = office, LogShelf()
        self._log = open_logs(level="info", clock=office.clock, shelf=self._shelf)
        self.longest = 0

    async def write(self, **lines: int) -> None:
        """Write lines, so many of each service."""
        async with self._office.unit() as work:
            for service, count in lines.items():
                line = LogLine(at=work.at, service=service, level=20, action="a", text="t", correlation_id="")
                await log_shelf.put(work, [line] * count)

    async def left(self) -> Counter[str]:
        """Count the lines of each service."""
        async with self._office.reading() as look:
            return Counter((await look.connection.execute(select(table.c.service))).scalars())

    async def clear(self, service: str) -> list[str]:
        """Clear a service's log and return what is said of it."""
        reading, unit = self._office.reading, self._watched
        await clear_log(service, by="boss", logs=logs, log=self._log, reading=reading, unit=unit)
        return [line.text for line in self._shelf.take()]

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[Work]:
        before = await self.left()
        async with self._office.unit() as work:
            yield work
        self.longest = max(self.longest, (before - await self.left()).total())


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(Office(database))


async def test_clearing_a_log_leaves_the_others(archive: Archive) -> None:
    await archive.write(api=2, backup=1)

    assert await archive.clear("backup") == ["cleared=backup by=boss lines=1"]
    assert await archive.clear("backup") == ["cleared=backup by=boss lines=0"]
    assert await archive.left() == {"api": 2}


async def test_a_long_log_is_cleared_in_pieces_that_keep_nobody_waiting(archive: Archive) -> None:
    await archive.write(api=3, backup=1_201)

    assert await archive.clear("backup") == ["cleared=backup by=boss lines=1201"]
    assert await archive.left() == {"api": 3}
    assert archive.longest == 500
