"""The private MariaDB that other tests stand on."""

from pathlib import Path

import pytest

from tests.support.mariadb import MariaDBServer, mariadb
from tests.support.process import is_alive

pytestmark = pytest.mark.servers("mariadb")


async def test_databases_are_fresh_and_speak_every_language(mariadb_server: MariaDBServer) -> None:
    first, second = [await mariadb_server.create_database() for _ in range(2)]
    await mariadb_server.execute("CREATE TABLE words (word VARCHAR(20))", database=first)
    await mariadb_server.execute("INSERT INTO words VALUES ('客户 🚢 Größe')", database=first)
    assert await mariadb_server.execute("SELECT word FROM words", database=first) == [("客户 🚢 Größe",)]
    assert await mariadb_server.execute("SHOW TABLES", database=second) == []
    assert mariadb_server.url(first).startswith("mysql+aiomysql://")


async def test_what_was_committed_survives_a_kill(mariadb_server: MariaDBServer) -> None:
    name = await mariadb_server.create_database()
    await mariadb_server.execute("CREATE TABLE kept (id INT)", database=name)
    await mariadb_server.execute("INSERT INTO kept VALUES (7)", database=name)
    mariadb_server.kill()
    assert not await mariadb_server.answers()
    await mariadb_server.start()
    assert await mariadb_server.execute("SELECT id FROM kept", database=name) == [(7,)]


async def test_commits_are_flushed_as_in_production(mariadb_server: MariaDBServer) -> None:
    assert await mariadb_server.execute("SELECT @@innodb_flush_log_at_trx_commit") == [(1,)]


async def test_a_dropped_database_is_gone(mariadb_server: MariaDBServer) -> None:
    name = await mariadb_server.create_database()
    await mariadb_server.drop_database(name)
    assert await mariadb_server.execute(f"SHOW DATABASES LIKE '{name}'") == []


async def test_nothing_is_left_afterwards() -> None:
    async with mariadb() as server:
        assert is_alive(server.pid)
    assert not is_alive(server.pid)
    assert not _exists(server.folder)
    assert not await server.answers()


def _exists(path: Path) -> bool:
    return path.exists()
