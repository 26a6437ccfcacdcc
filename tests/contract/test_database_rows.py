"""Many rows at once: written in another way than single ones, and yet the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.exc import DBAPIError, StatementError

from mycrm_common.db.dialects import insert_and_tell, insert_rows, is_duplicate
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.tables.settings import config
from mycrm_common.errors import MyCRMError
from mycrm_common.work import Work
from tests.contract.test_database_texts import MOMENTS, TEXTS
from tests.contract.test_database_units import units

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SAME: dict[str, Any] = {
    "type": "test.done.v1",
    "subject": "it's %s",
    "service": "api",
    "state": "new",
    "claimed_by": None,
    "attempts": 3,
    "created_at": NOON,
}


async def _put(work: Work, rows: list[tuple[str, bytes, datetime]]) -> None:
    names = ("event_id", "body", "available_at")
    await insert_rows(work.connection, outbox, names, rows, same=SAME)


async def _kept(database: Database) -> list[Row[Any]]:
    async with database.reading() as reading:
        return list((await reading.connection.execute(select(outbox).order_by(outbox.c.id))).all())


async def test_texts_come_back_as_they_were_in_their_order(database: Database) -> None:
    rows = [(f"text {number}", text) for number, text in enumerate(TEXTS)]
    async with units(database)() as work:
        await insert_rows(work.connection, config, ("parameter", "value"), rows)

    async with database.reading() as reading:
        kept = await reading.connection.execute(select(config.c.parameter, config.c.value))
    assert {row.parameter: row.value for row in kept} == dict(rows)


async def test_bytes_moments_numbers_and_nothing_come_back_as_they_were(database: Database) -> None:
    bodies = [b"", b"\x00\x27\x5c\xff", bytes(range(256)), "'\\%s 王".encode(), b"x" * 100]
    async with units(database)() as work:
        await _put(work, [(str(at), body, at) for body, at in zip(bodies, MOMENTS, strict=True)])

    kept = await _kept(database)
    assert [row.body for row in kept] == bodies
    assert [row.available_at for row in kept] == MOMENTS
    assert {(row.subject, row.claimed_by, row.attempts, row.created_at) for row in kept} == {
        ("it's %s", None, 3, NOON)
    }


async def test_more_than_one_statement_holds_are_all_kept(database: Database) -> None:
    bodies = [bytes([number]) * 150_000 for number in range(5)]
    async with units(database)() as work:
        await _put(work, [(str(number), body, NOON) for number, body in enumerate(bodies)])

    assert [row.body for row in await _kept(database)] == bodies


async def test_no_rows_are_no_statement(database: Database) -> None:
    async with units(database)() as work:
        await _put(work, [])

    assert await _kept(database) == []


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = NOON.astimezone(timezone(timedelta(hours=1))).replace(tzinfo=None)
    with pytest.raises((ValueError, StatementError), match="without a zone"):
        async with units(database)() as work:
            await _put(work, [("1", b"", naive)])


async def test_the_table_of_another_service_is_refused(database: Database) -> None:
    with pytest.raises(MyCRMError, match="foreign_table_write"):
        async with units(database, service="verifier")() as work:
            await insert_rows(work.connection, config, ("parameter", "value"), [("theme", "dark")])


async def test_a_key_that_is_there_already_is_known_and_no_value_is_told(database: Database) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with units(database)() as work:
            await _put(work, [("1", b"a secret", NOON), ("1", b"a secret", NOON)])

    assert is_duplicate(refused.value)
    assert "a secret" not in str(refused.value)
    assert b"a secret".hex() not in str(refused.value)
    assert await _kept(database) == []


async def _told(work: Work, rows: list[tuple[str, bytes]], told: dict[bytes, int]) -> None:
    """Insert events, and note what is told of each as soon as it is."""
    telling = insert_and_tell(
        work.connection,
        outbox,
        ("event_id", "body"),
        rows,
        same=SAME | {"available_at": NOON},
        told=("body", "id"),
    )
    async for row in telling:
        told.setdefault(row.body, row.id)


async def test_what_went_in_is_told(database: Database) -> None:
    rows = [(str(number), bytes([255 - number]) * 60_000) for number in range(10)]
    told: dict[bytes, int] = {}
    async with units(database)() as work:
        await _told(work, rows, told)
        await _told(work, [], told)

    assert told == {row.body: row.id for row in await _kept(database)}
    assert told.keys() == {body for _, body in rows}


async def test_after_a_row_that_was_there_all_that_was_told_is_in_and_no_more(database: Database) -> None:
    told: dict[bytes, int] = {}
    async with units(database)() as work:
        await _told(work, [("known", b"known")], {})
        with pytest.raises(DBAPIError) as caught:
            await _told(work, [(key, key.encode() * 100_000) for key in "abcde"] + [("known", b"new")], told)
        assert is_duplicate(caught.value)

    assert told | {b"known": 1} == {row.body: row.id for row in await _kept(database)}
