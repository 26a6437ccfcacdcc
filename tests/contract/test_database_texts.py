"""What goes in comes out, and keys are compared byte by byte, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, StatementError

from mycrm_common.db.engine import Database
from mycrm_common.db.tables.logs import logs
from mycrm_common.db.tables.settings import config, secrets
from tests.contract.test_database_units import units

TEXTS = [
    "",
    "plain",
    "王小明，上海",
    "𠮷野家 𝒞 🦊👩‍👩‍👧‍👦",
    "e\u0301 is not é",
    "right-to-left \u202eabc",
    "a\\b%_'\"`; -- \x00 \x1a \r\n\t",
    "퟿\ue000\ufffd",
    "x" * 100_000,
]

MOMENTS = [
    datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1000, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
]

# Each differs from each, for a comparison of bytes; a collation for people would find many of them equal.
KEYS = [
    "abc",
    "ABC",
    "Abc",
    "ａｂｃ",
    "äbc",
    "a\u0308bc",
    "abc ",
    " abc",
    "abc\x00",
    "ßa",
    "ssa",
    "I",
    "ı",
    "i",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_a_text_comes_back_as_it_was(database: Database, text: str) -> None:
    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter="text", value=text))

    async with database.reading() as reading:
        assert (await reading.connection.execute(select(config.c.value))).scalar_one() == text


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_a_moment_comes_back_in_utc_to_the_microsecond(database: Database, moment: datetime) -> None:
    row = {"service": "api", "level": 20, "action": "x", "text": "", "correlation_id": ""}
    async with units(database)() as work:
        await work.connection.execute(insert(logs).values(at=moment, **row))

    async with database.reading() as reading:
        found = (await reading.connection.execute(select(logs.c.at).where(logs.c.at == moment))).scalar_one()
    assert found == moment
    assert found.tzinfo is UTC


async def test_moments_are_sorted_and_compared_as_moments(database: Database) -> None:
    row = {"service": "api", "level": 20, "action": "x", "text": "", "correlation_id": ""}
    async with units(database)() as work:
        await work.connection.execute(insert(logs), [{"at": moment, **row} for moment in MOMENTS])

    async with database.reading() as reading:
        found = (await reading.connection.execute(select(logs.c.at).order_by(logs.c.at))).scalars().all()
        later = select(logs.c.at).where(logs.c.at > MOMENTS[1]).order_by(logs.c.at)
        newer = (await reading.connection.execute(later)).scalars().all()
    assert found == sorted(MOMENTS)
    assert newer == [moment for moment in sorted(MOMENTS) if moment > MOMENTS[1]]


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    row = {"service": "api", "level": 20, "action": "x", "text": "", "correlation_id": ""}
    with pytest.raises(StatementError, match="without a zone"):
        async with units(database)() as work:
            await work.connection.execute(insert(logs).values(at=datetime(2026, 1, 1), **row))  # noqa: DTZ001 - the point


async def test_keys_that_differ_by_a_byte_are_different_keys(database: Database) -> None:
    async with units(database)() as work:
        rows = [{"name": key, "sealed": key, "updated_at": work.at} for key in KEYS]
        await work.connection.execute(insert(secrets), rows)

    async with database.reading() as reading:
        for key in KEYS:
            asked = select(secrets.c.sealed).where(secrets.c.name == key)
            assert (await reading.connection.execute(asked)).scalars().all() == [key]
        found = (await reading.connection.execute(select(secrets.c.name).order_by(secrets.c.name))).scalars()
        assert list(found) == sorted(KEYS, key=str.encode)


@pytest.mark.parametrize("key", KEYS)
async def test_a_key_is_there_once(database: Database, key: str) -> None:
    async with units(database)() as work:
        await work.connection.execute(insert(config).values(parameter=key))

    with pytest.raises(DBAPIError):
        async with units(database)() as work:
            await work.connection.execute(insert(config).values(parameter=key))
