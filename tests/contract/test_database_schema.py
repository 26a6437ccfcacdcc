"""The schema that the migrations make is the one that the code declares, on both databases."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Text, event, inspect, select
from sqlalchemy.dialects import mysql
from sqlalchemy.types import String, TypeEngine

from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables import all_tables
from mycrm_common.db.tables.customers import deleted_customers
from mycrm_common.db.tables.mailboxes import folders, locations
from mycrm_common.db.tables.messages import messages
from mycrm_common.errors import StartError
from tests.support.mariadb import MariaDBServer

MARIADB = mysql.dialect()
# As the first version wrote them, on both databases.
OLD_ROWS = (
    (
        "INSERT INTO folders (id, mailbox, name, excluded, uid_validity, last_uid, low_uid, seen_messages,"
        " seen_uid_next, window_from, error_code, error_detail)"
        " VALUES (1, 'ours', 'INBOX', '', 7, 1, 1, 1, 2, '2026-01-01 00:00:00', '', '')"
    ),
    (
        "INSERT INTO messages (id, sender, date, type, subject, content, message_id, sender_address, attachments,"
        " blocked_images, stored_at) VALUES (1, 'Li', '2026-01-02 00:00:00', 'receive', '报价 😀', '', '', '', '[]',"
        " 0, '2026-01-02 00:00:00')"
    ),
    (
        "INSERT INTO locations (folder_id, uid_validity, uid, state, reason, detail, message_id, size, attempts)"
        " VALUES (1, 7, 1, 'stored', '', '', 1, 10, 0)"
    ),
    (
        "INSERT INTO deleted_customers (id, name, email, importance, company, country, address, phone, website,"
        " comment, last_checked_log, valid, version, created_at, updated_at, email_key, deleted_at, deleted_by)"
        " VALUES (9, 'ＬＩ Wei', 'li@example.cn', 3, 'Straße 7', '', '', '', '', '', '', 2, 1, '2026-01-01 00:00:00',"
        " '2026-01-01 00:00:00', 'li@example.cn', '2026-01-02 00:00:00', '1')"
    ),
)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, all_tables()))


async def _differs(database: Database) -> list[Any]:
    async with database.reading() as reading:
        return await reading.connection.run_sync(_differences)


async def _tables(database: Database) -> set[str]:
    async with database.reading() as reading:
        return await reading.connection.run_sync(
            lambda connection: set(inspect(connection).get_table_names())
        )


async def test_the_migrations_make_exactly_what_the_code_declares(database: Database) -> None:
    assert await _differs(database) == []
    assert await _tables(database) == {*all_tables().tables, "alembic_version"}


async def test_migrating_again_changes_nothing(database: Database) -> None:
    assert await schema.is_current(database)
    assert await schema.migrate(database) is False
    assert await _differs(database) == []


async def test_an_empty_database_is_not_current_and_has_no_revision(empty_database: Database) -> None:
    assert await schema.current_revision(empty_database) is None
    assert not await schema.is_current(empty_database)


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    async with database.writing("migrations") as connection:
        await connection.execute(schema._version.update().values(version_num="9999"))
        await connection.commit()

    for act in (schema.is_current, schema.migrate):
        with pytest.raises(StartError) as caught:
            await act(database)
        assert caught.value.code == "database_newer"
        assert caught.value.values == {"found": "9999", "known": schema.REVISIONS[-1]}


class Interruption(Exception):  # noqa: N818 - it stands for a power cut, which is no error
    """The power goes out."""


@contextmanager
def _interrupted_at_table(database: Database, number: int) -> Iterator[None]:
    engine = database._writer.sync_engine
    created = 0

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal created
        created += statement.lstrip().startswith("CREATE TABLE")
        if created == number:
            raise Interruption

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)


@pytest.mark.parametrize("number", [1, 2, 9, 24])
async def test_a_first_migration_that_was_interrupted_can_be_run_again(
    empty_database: Database, number: int
) -> None:
    with pytest.raises(Interruption), _interrupted_at_table(empty_database, number):
        await schema.migrate(empty_database)

    left = await _tables(empty_database)
    assert not await schema.is_current(empty_database)
    if empty_database.is_sqlite:
        assert left == set(), "on SQLite a migration is done or it never was"
    assert await schema.migrate(empty_database)
    assert await _differs(empty_database) == []


@contextmanager
def _interrupted_after(database: Database, number: int) -> Iterator[list[str]]:
    """Let the power go out as soon as so many statements that change the schema have been done in this run."""
    engine = database._writer.sync_engine
    done: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE"}:
            done.append(statement)
            if len(done) == number:
                raise Interruption

    event.listen(engine, "after_cursor_execute", look)
    try:
        yield done
    finally:
        event.remove(engine, "after_cursor_execute", look)


async def test_each_revision_can_be_interrupted_after_each_of_its_statements(
    empty_database: Database,
) -> None:
    """On MariaDB every statement stays; the same database is migrated anew until nothing is left to do."""
    with pytest.raises(Interruption), _interrupted_at_table(empty_database, 24):
        await schema.migrate(empty_database)
    is_done, interruptions = False, 0
    number = 1
    while not is_done:
        with _interrupted_after(empty_database, number) as done:
            try:
                is_done = await schema.migrate(empty_database)
            except Interruption:
                interruptions += 1
                number += 1
        assert len(done) < 200
    assert interruptions >= len(schema.REVISIONS)
    assert await _differs(empty_database) == []


async def test_what_the_first_version_stored_is_there_after_all_revisions(empty_database: Database) -> None:
    await _migrated_to(empty_database, "0001")
    async with empty_database.writing("migrations") as connection:
        await connection.begin()
        for statement in OLD_ROWS:
            await connection.exec_driver_sql(statement)
        await connection.commit()

    assert await schema.migrate(empty_database)

    async with empty_database.reading() as reading:
        subjects = (await reading.connection.execute(select(messages.c.subject, messages.c.mark))).all()
        windows = (await reading.connection.execute(select(folders.c.name, folders.c.window_from))).all()
        places = (await reading.connection.execute(select(locations))).all()
        keys = select(deleted_customers.c.name_key, deleted_customers.c.company_key)
        gone = (await reading.connection.execute(keys)).all()
    assert [tuple(row) for row in gone] == [("li wei", "strasse 7")], "keys are made as all keys are"
    assert [tuple(row) for row in subjects] == [("报价 😀", "")]
    assert [tuple(row) for row in windows] == [("INBOX", None)], "every folder is looked at anew"
    assert places == []
    assert await _differs(empty_database) == []


async def _migrated_to(database: Database, revision: str) -> None:
    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.writing("migrations") as connection:
        await connection.begin()
        await connection.run_sync(upgrade)
        await connection.commit()


async def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    url = parse_url(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db")
    first = Database(url)
    try:
        with pytest.raises(StartError) as caught:
            Database(url)
        assert caught.value.code == "database_in_use"
        assert str(tmp_path) in str(caught.value.values["path"])
    finally:
        await first.close()
    await Database(url).close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mycrm.db"
    path.write_bytes(b"these are letters, no database, " * 100)

    with pytest.raises(StartError) as caught:
        Database(parse_url(f"sqlite+aiosqlite:///{path}"))

    assert caught.value.code == "database_unreadable"


@pytest.mark.servers("mariadb")
@pytest.mark.parametrize("character_set", ["utf8mb4", "latin1"])
async def test_every_text_column_of_mariadb_has_its_character_set_whatever_the_database_has(
    mariadb_server: MariaDBServer, character_set: str
) -> None:
    name = await mariadb_server.create_database(character_set=character_set)
    database = Database(parse_url(mariadb_server.url(name)))
    await schema.migrate(database)
    await database.close()

    rows = await mariadb_server.execute(
        "SELECT table_name, column_name, character_set_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL"
        " AND table_name <> 'alembic_version'",
        database=name,
    )
    found = {(table, column): (characters, collation) for table, column, characters, collation in rows}
    assert {collation for _, collation in found.values()} == {
        "utf8mb4_unicode_ci",
        "utf8mb4_nopad_bin",
        "ascii_nopad_bin",
    }
    expected = {
        (table.name, column.name): _expected(column.type)
        for table in all_tables().tables.values()
        for column in table.columns
        if _is_text(column.type)
    }
    assert found == expected
    await mariadb_server.drop_database(name)


@pytest.mark.servers("mariadb")
async def test_two_migrators_at_once_make_one_schema(mariadb_url: str) -> None:
    first, second = Database(parse_url(mariadb_url)), Database(parse_url(mariadb_url))

    await asyncio.gather(schema.migrate(first), schema.migrate(second))

    assert await _differs(first) == []
    await first.close()
    await second.close()


def _is_text(declared: TypeEngine[Any]) -> bool:
    return isinstance(declared.dialect_impl(MARIADB), (String, Text))


def _expected(declared: TypeEngine[Any]) -> tuple[str, str]:
    collation = getattr(declared.dialect_impl(MARIADB), "collation", None) or "utf8mb4_unicode_ci"
    return collation.partition("_")[0], collation
