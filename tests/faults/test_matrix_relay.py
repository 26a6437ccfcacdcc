"""Relays that meet on the same rows."""

from collections.abc import AsyncIterator, Sequence

import aiomysql
import pytest
from sqlalchemy.engine import make_url

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Published
from mycrm_common.tasks import TaskNursery
from tests.contract.household import Household, for_the_feed
from tests.support.mariadb import MariaDBServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("mariadb")


class RowLock:
    """A transaction of somebody else that holds all rows of the outbox."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._connection: aiomysql.Connection | None = None

    async def take(self) -> None:
        """Lock the rows."""
        url = self._url
        self._connection = await aiomysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, db=url.database
        )
        async with self._connection.cursor() as cursor:
            await cursor.execute("SELECT id FROM outbox FOR UPDATE")

    async def release(self) -> None:
        """Let go."""
        if self._connection is not None:
            await self._connection.ensure_closed()


class LockingBus(LocalBus):
    """Publishes, and counts; after the first time somebody else holds the rows."""

    def __init__(self, lock: RowLock) -> None:
        super().__init__()
        self.published = 0
        self._lock = lock

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Hand over, and meet another one."""
        self.published += len(envelopes)
        published = await super().publish(envelopes)
        await self._lock.take()
        return published


@pytest.fixture
async def household(mariadb_server: MariaDBServer, mariadb_url: str) -> AsyncIterator[Household]:
    """Processes on a MariaDB that lets nobody wait longer than a second for a row."""
    await mariadb_server.execute("SET GLOBAL innodb_lock_wait_timeout = 1")
    async with Household.open(bus_url="local:", database_url=mariadb_url) as opened:
        yield opened
    await mariadb_server.execute("SET GLOBAL innodb_lock_wait_timeout = 50")


async def test_a_batch_that_could_not_be_marked_at_once_travels_only_once(
    household: Household, mariadb_url: str
) -> None:
    """Row 11: a relay that meets another one on its rows marks them anew and does not publish them again."""
    lock = RowLock(mariadb_url)
    process = household.begin()
    process.bus = bus = LockingBus(lock)
    await process.tell(for_the_feed(1), for_the_feed(2))
    nursery = TaskNursery()
    relaying = nursery.start(process.relay().relay_some(), name="relay")
    try:
        await eventually(household.logged("relay.met_another"), what="the meeting")
    finally:
        await lock.release()

    assert await relaying == 2
    assert bus.published == 2
    assert [(row.state, row.seq, row.attempts) for row in await process.told()] == [
        ("sent", 1, 1),
        ("sent", 2, 1),
    ]
    await nursery.close()
