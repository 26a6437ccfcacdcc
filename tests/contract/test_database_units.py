"""Transactions: all or nothing, for one service's tables, and none of them lost among many."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from mycrm_common.crash import CrashPoints
from mycrm_common.db import schema
from mycrm_common.db.dialects import insert_ignoring, is_duplicate, upsert
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.events import event_sequence, outbox
from mycrm_common.db.tables.logs import logs
from mycrm_common.db.tables.mailboxes import mailboxes
from mycrm_common.db.tables.settings import config
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.work import UnitOfWork, Work
from tests.support.clock import FakeClock
from tests.support.mariadb import MariaDBServer


def units(database: Database, *, service: str = "api", told: Callable[[], None] = lambda: None) -> UnitOfWork:
    """Units of work of a service."""
    return SqlUnits(database, service=service, clock=FakeClock(), crash=CrashPoints(), told=told)


async def _config(database: Database) -> dict[str, str | None]:
    async with database.reading() as reading:
        rows = await reading.connection.execute(select(config.c.parameter, config.c.value))
    return {row.parameter: row.value for row in rows}


async def _count_told(database: Database) -> int:
    async with database.reading() as reading:
        return int((await reading.connection.execute(select(func.count()).select_from(outbox))).scalar_one())


def _added() -> CustomerAdded:
    return CustomerAdded(customer_id=1, email="a@example.com", version=1)


async def test_a_unit_that_ends_well_is_kept_with_its_events_and_wakes_the_relay(database: Database) -> None:
    nudges: list[str] = []
    async with units(database, told=lambda: nudges.append("told"))() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
        work.tell(_added(), _added())
        assert nudges == []

    assert await _config(database) == {"theme": "dark"}
    assert await _count_told(database) == 2
    assert nudges == ["told"]


async def test_a_unit_that_tells_nothing_wakes_nobody(database: Database) -> None:
    nudges: list[str] = []
    async with units(database, told=lambda: nudges.append("told"))() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="dark"))

    assert nudges == []


async def test_a_unit_that_fails_leaves_nothing_and_tells_nothing(database: Database) -> None:
    nudges: list[str] = []

    async def fail() -> None:
        async with units(database, told=lambda: nudges.append("told"))() as work:
            await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
            work.tell(_added())
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await _config(database) == {}
    assert await _count_told(database) == 0
    assert nudges == []


async def test_a_unit_that_is_cancelled_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    inside = asyncio.Event()

    async def never_ends() -> None:
        async with units(database)() as work:
            await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.gather(never_ends())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="light"))
    assert await _config(database) == {"theme": "light"}


async def test_what_is_not_committed_is_seen_by_nobody_else(database: Database) -> None:
    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
        assert await _config(database) == {}
    assert await _config(database) == {"theme": "dark"}


async def test_twenty_who_read_and_write_at_once_lose_nothing(database: Database) -> None:
    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter="count", value="0"))

    async def count_one_up() -> None:
        async with units(database)() as work:
            asked = select(config.c.value).where(config.c.parameter == "count").with_for_update()
            value = int((await work.connection.execute(asked)).scalar_one())
            await asyncio.sleep(0)
            await work.connection.execute(
                update(config).where(config.c.parameter == "count").values(value=str(value + 1))
            )

    await asyncio.gather(*(count_one_up() for _ in range(20)))

    assert await _config(database) == {"count": "20"}


Write = Callable[[Work], Awaitable[object]]


@pytest.mark.parametrize(
    "write",
    [
        lambda work: work.connection.execute(insert(mailboxes).values(name="team")),
        lambda work: work.connection.execute(update(mailboxes).values(state="idle")),
        lambda work: work.connection.execute(delete(mailboxes)),
        lambda work: work.connection.execute(insert_ignoring(work.connection, mailboxes).values(name="team")),
        lambda work: work.connection.execute(
            upsert(work.connection, mailboxes, {"name": "team", "state": "idle"}, key="name")
        ),
    ],
    ids=["insert", "update", "delete", "insert_ignoring", "upsert"],
)
async def test_a_service_that_writes_the_table_of_another_is_refused(
    database: Database, write: Write
) -> None:
    with pytest.raises(MyCRMError) as caught:
        async with units(database)() as work:
            await write(work)

    assert caught.value.code == "foreign_table_write"
    assert "api writes mailboxes, which belongs to mail-fetcher" in caught.value.detail


async def test_the_guard_knows_services_that_share_one_engine_apart(database: Database) -> None:
    async with units(database, service="api")() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
    async with units(database, service="mail-fetcher")() as work:
        await work.connection.execute(
            insert(mailboxes).values(name="team", state="idle", error_code="", error_detail="")
        )
        with pytest.raises(MyCRMError, match="mail-fetcher writes config, which belongs to api"):
            await work.connection.execute(delete(config))

    assert await _config(database) == {"theme": "dark"}


async def test_every_service_may_write_what_is_shared_by_nature(database: Database) -> None:
    for service in ("api", "mail-fetcher", "verifier", "backup", "common"):
        async with units(database, service=service)() as work:
            row = {"service": service, "level": 20, "action": "x", "text": "", "correlation_id": ""}
            await work.connection.execute(insert(logs).values(at=work.at, **row))


async def test_a_reader_cannot_write(database: Database) -> None:
    async with database.reading() as reading:
        for write in (delete(config), insert(event_sequence).values(name="x", value=1)):
            with pytest.raises(MyCRMError, match="foreign_table_write: a reader writes"):
                await reading.connection.execute(write)


async def test_a_reader_of_sqlite_cannot_even_write_past_the_guard(tmp_path: Path) -> None:
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"))
    await schema.migrate(database)

    async with database.reading() as reading:
        raw = await reading.connection.get_raw_connection()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await raw.driver_connection.execute("DELETE FROM config")  # type: ignore[union-attr]  # it is open
    await database.close()


async def test_a_key_that_is_there_already_is_known_as_a_duplicate(database: Database) -> None:
    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
    with pytest.raises(DBAPIError) as caught:
        async with units(database)() as work:
            await work.connection.execute(insert(config).values(parameter="theme", value="light"))

    assert is_duplicate(caught.value)


async def test_insert_ignoring_leaves_and_upsert_takes_over(database: Database) -> None:
    async with units(database)() as work:
        for value in ("first", "second"):
            await work.connection.execute(
                insert_ignoring(work.connection, config).values(parameter="kept", value=value)
            )
            await work.connection.execute(
                upsert(work.connection, config, {"parameter": "changed", "value": value}, key="parameter")
            )

    assert await _config(database) == {"kept": "first", "changed": "second"}


async def test_insert_ignoring_does_not_swallow_a_value_that_is_missing(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with units(database)() as work:
            await work.connection.execute(
                insert_ignoring(work.connection, event_sequence).values(name="x", value=None)
            )


@pytest.mark.servers("mariadb")
async def test_a_deadlock_is_told_as_busy_and_the_other_one_goes_on(mariadb_url: str) -> None:
    database = Database(parse_url(mariadb_url))
    await schema.migrate(database)
    async with units(database)() as work:
        await work.connection.execute(
            insert(config), [{"parameter": name, "value": ""} for name in ("one", "two")]
        )
    both = asyncio.Barrier(2)

    async def lock(first: str, then: str) -> str:
        try:
            async with units(database)() as work:
                for name in (first, then):
                    await work.connection.execute(
                        update(config).where(config.c.parameter == name).values(value=first)
                    )
                    if name == first:
                        await both.wait()
        except MyCRMError as error:
            return error.code
        return "done"

    assert sorted(await asyncio.gather(lock("one", "two"), lock("two", "one"))) == ["database_busy", "done"]
    await database.close()


@pytest.mark.servers("mariadb")
async def test_a_database_that_went_away_is_told_and_used_again_when_it_is_back(
    mariadb_server: MariaDBServer, mariadb_url: str
) -> None:
    database = Database(parse_url(mariadb_url))
    await schema.migrate(database)
    mariadb_server.kill()

    for _ in range(2):
        with pytest.raises(MyCRMError) as caught:
            await database.ping()
        assert caught.value.code == "database_unavailable"
    with pytest.raises(MyCRMError) as caught:
        async with units(database)():
            pass
    assert caught.value.code == "database_unavailable"

    await mariadb_server.start()
    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
    assert await _config(database) == {"theme": "dark"}
    await database.close()


@pytest.mark.servers("mariadb")
async def test_a_database_that_goes_away_in_the_middle_leaves_nothing(
    mariadb_server: MariaDBServer, mariadb_url: str
) -> None:
    database = Database(parse_url(mariadb_url))
    await schema.migrate(database)

    async def lose_it() -> None:
        async with units(database)() as work:
            await work.connection.execute(insert(config).values(parameter="theme", value="dark"))
            mariadb_server.kill()
            await work.connection.execute(insert(config).values(parameter="other", value="dark"))

    with pytest.raises(MyCRMError) as caught:
        await lose_it()
    assert caught.value.code == "database_unavailable"

    await mariadb_server.start()
    assert await _config(database) == {}
    await database.close()
