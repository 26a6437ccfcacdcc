"""Processes on machines whose clocks differ agree on what is due, because the database tells the time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mycrm_common.clock import Clock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import leases, outbox, schema
from mycrm_common.db.clock import ServerClock
from mycrm_common.db.dialects import server_time
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.unit_of_work import SqlUnits
from tests.contract.household import added
from tests.support.clock import FakeClock

TTL = timedelta(seconds=30)
SOON = timedelta(minutes=5)


class Machine:
    """A process on a machine whose clock is wrong by years."""

    def __init__(self, url: str, *, own: Clock) -> None:
        self.database = Database(parse_url(url), clock=own)
        self.unit = SqlUnits(self.database, service="common", clock=self.database.clock, crash=CrashPoints())


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the server under test uses the real clock


@pytest.mark.servers("mariadb")
async def test_machines_whose_clocks_differ_agree_on_leases_and_on_what_is_due(mariadb_url: str) -> None:
    late, early = (
        Machine(mariadb_url, own=FakeClock(datetime(year, 1, 1, tzinfo=UTC))) for year in (2020, 2040)
    )
    await schema.migrate(late.database)
    async with late.unit() as work:
        assert abs(work.at - _real_now()) < SOON
        assert await leases.acquire(work, "job", holder="late", ttl=TTL)
        work.tell(added(1))
    async with early.unit() as work:
        assert abs(work.at - _real_now()) < SOON
        assert await leases.acquire(work, "job", holder="early", ttl=TTL) is None
        assert await outbox.claim(work, owner="early", limit=10, lease=TTL)
    async with late.unit() as work:
        assert not await outbox.claim(work, owner="late", limit=10, lease=TTL)
    await late.database.close()
    await early.database.close()


@pytest.mark.servers("mariadb")
async def test_in_between_a_steady_counter_tells_how_much_has_passed(mariadb_url: str) -> None:
    counted = 1_000.0
    own = FakeClock(datetime(2020, 1, 1, tzinfo=UTC))
    clock = ServerClock(own, steadily=lambda: counted)
    assert clock.now() == own.now()
    database = Database(parse_url(mariadb_url))
    async with database.reading() as reading:
        server = (await reading.connection.execute(select(server_time()))).scalar_one()
        await clock.look(reading.connection)
        first = clock.now()
        assert timedelta(0) <= first - server < SOON

        counted += 9
        own.advance(hours=-2)
        await clock.look(reading.connection)
        assert clock.now() == first + timedelta(seconds=9)

        counted += 3_600
        await clock.look(reading.connection)
        assert clock.now() - first < SOON, "the server is asked anew after a while"
    await database.close()


def test_a_file_has_the_clock_of_its_machine(tmp_path_factory: pytest.TempPathFactory) -> None:
    own = FakeClock()
    database = Database(
        parse_url(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('data')}/mycrm.db"), clock=own
    )

    assert database.clock is own
