"""Pooled connections to a server: found lost before they are used, given back clean, and not asked too often."""

import asyncio
from collections import Counter
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import Insert, insert, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db import idle, inbox, outbox, schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.settings import config
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import MyCRMError
from mycrm_common.handover import LEASE
from mycrm_common.work import Work
from tests.contract.household import added
from tests.support.clock import FakeClock
from tests.support.mariadb import MariaDBServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("mariadb")


@pytest.fixture
def never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is idle for so long that it would be asked."""
    monkeypatch.setattr(idle, "_SECONDS", 3_600.0)


async def _open(url: str) -> tuple[Database, SqlUnits]:
    database = Database(parse_url(url))
    await schema.migrate(database)
    return database, SqlUnits(database, service="api", clock=FakeClock(), crash=CrashPoints())


async def _cut_all(server: MariaDBServer) -> None:
    """End every connection, as a server does with those that were idle for hours."""
    for (number,) in await server.execute(
        "SELECT id FROM information_schema.processlist WHERE command = 'Sleep'"
    ):
        await server.execute(f"KILL CONNECTION {number}")


async def test_connections_that_were_lost_while_they_were_idle_are_replaced_unseen(
    mariadb_server: MariaDBServer, mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, unit = await _open(mariadb_url)
    monkeypatch.setattr(idle, "_SECONDS", 0.0)
    for _ in range(3):
        await _cut_all(mariadb_server)
        await database.ping()
        await _cut_all(mariadb_server)
        async with unit():
            pass
    await database.close()


@pytest.mark.usefixtures("never_asked")
async def test_a_connection_that_ended_a_moment_ago_is_replaced_unseen(
    mariadb_server: MariaDBServer, mariadb_url: str
) -> None:
    database, unit = await _open(mariadb_url)
    for _ in range(3):
        async with database.reading() as reading:
            raw = (await reading.connection.get_raw_connection()).dbapi_connection
        await _cut_all(mariadb_server)
        await eventually(partial(idle.has_ended, raw), what="our loop has heard of the end")
        async with unit():
            pass
    await database.close()


@pytest.mark.usefixtures("never_asked")
async def test_a_connection_whose_end_was_not_heard_costs_one_error_and_no_more(
    mariadb_server: MariaDBServer, mariadb_url: str
) -> None:
    database, _ = await _open(mariadb_url)
    await database.ping()
    # Our loop stands still meanwhile.
    killer = Thread(target=asyncio.run, args=(_cut_all(mariadb_server),))
    killer.start()
    killer.join()

    with pytest.raises(MyCRMError, match="database_unavailable"):
        await database.ping()
    for _ in range(10):
        await database.ping()
    await database.close()


async def test_a_connection_is_given_back_without_the_work_that_failed_on_it(mariadb_url: str) -> None:
    database, unit = await _open(mariadb_url)
    row = insert(config).values(parameter="theme", value="dark")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await _fail_after(row, unit)
    async with database.reading() as reading:
        assert (await reading.connection.execute(select(config))).all() == []
    # Whoever writes the same now would wait for a transaction that was left open.
    other, others_unit = await _open(mariadb_url)
    async with others_unit() as work:
        await work.connection.execute(row)
    async with unit() as work:
        await work.connection.execute(insert(config).values(parameter="language", value="en"))
    async with others_unit() as work:
        assert len((await work.connection.execute(select(config))).all()) == 2
    await other.close()
    await database.close()


async def test_an_event_costs_few_journeys_to_the_server(
    mariadb_server: MariaDBServer, mariadb_url: str
) -> None:
    database, unit = await _open(mariadb_url)

    async def journeys() -> Counter[str]:
        # A ping is counted among the commands of administration.
        told = await mariadb_server.execute("SHOW GLOBAL STATUS WHERE variable_name LIKE 'Com\\_%'")
        return Counter({str(key): int(str(value)) for key, value in told})

    async with unit() as work:
        work.tell(added(1))
    before = await journeys()
    for number in range(20):
        async with unit() as work:
            work.tell(added(number))
        async with unit() as work:
            assert await inbox.enter(work, consumer="mycrm.api.use.v1", event_id=str(number))
    spent = await journeys() - before

    assert spent["Com_insert"] == spent["Com_commit"] == 40
    # Besides, each connection begins with a few settings, and the time is asked for now and then.
    assert spent["Com_select"] <= 2
    assert not spent.keys() & {"Com_admin_commands", "Com_begin", "Com_rollback", "Com_savepoint"}
    await database.close()


async def test_marking_finds_its_rows_one_by_one_and_passes_no_others(mariadb_url: str) -> None:
    database, unit = await _open(mariadb_url)
    async with unit() as work:
        # So few that going through all of them, which also locks them, looks cheap to the server.
        work.tell(*(added(number) for number in range(150)))
    async with unit() as work:
        claimed = [row.event_id for row in await outbox.claim(work, owner="a", limit=100, lease=LEASE)]

    async with unit() as work:
        before = await _passed(work)
        assert await outbox.mark_sent(work, claimed, owner="a") == 100
        assert await _passed(work) == before
    await database.close()


async def _passed(work: Work) -> int:
    """Count the entries of indexes that this connection has passed so far, one after the other."""
    told = await work.connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler\\_read\\_next'")
    return int(told.all()[0].Value)


async def _fail_after(row: Insert, unit: SqlUnits) -> None:
    async with unit() as work:
        await work.connection.execute(row)
        raise ZeroDivisionError
