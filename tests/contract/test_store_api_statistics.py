"""Counts for the charts, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from mycrm_api.domain.statistics import WeekOfMail, weeks_until
from mycrm_api.store import statistics
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.messages import messages
from mycrm_common.work import Reading
from tests.contract.api_office import Office
from tests.contract.conftest import MARIADB

NEW_YEAR = datetime(2027, 1, 1, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _count(office: Office, *, at: datetime, weeks: int, zone: str) -> list[WeekOfMail]:
    async with office.reading() as look:
        return await statistics.count_mail(look, weeks_until(at, count=weeks, zone=ZoneInfo(zone)))


async def test_every_rating_and_validity_is_counted_also_where_nobody_has_it(office: Office) -> None:
    for number, (importance, valid) in enumerate([(5, 1), (5, 1), (5, 0), (0, 2)]):
        await office.add(f"c{number}@example.com", importance=importance, valid=valid)

    async with office.reading() as look:
        counts = {(one.importance, one.valid): one.count for one in await statistics.count_customers(look)}

    assert len(counts) == 18
    assert {cell: count for cell, count in counts.items() if count} == {(5, 1): 2, (5, 0): 1, (0, 2): 1}


async def test_mail_is_counted_by_week_and_kind_and_weeks_without_it_are_zero(office: Office) -> None:
    for days in (0, 0, 3, 15):
        await office.store_mail(NEW_YEAR - timedelta(days=days))
    await office.store_mail(NEW_YEAR - timedelta(days=3), kind="receive")
    for kind in ("system", "comment"):
        await office.store_mail(NEW_YEAR, kind=kind)
    await office.store_mail(NEW_YEAR - timedelta(days=30))

    assert await _count(office, at=NEW_YEAR, weeks=3, zone="UTC") == [
        WeekOfMail(week="2026-W51", receive=0, sendto=1),
        WeekOfMail(week="2026-W52", receive=0, sendto=0),
        WeekOfMail(week="2026-W53", receive=1, sendto=3),
    ]


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("Asia/Shanghai", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        # The Monday after clocks were put forward, and after they were put back.
        ("Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 2, 5, tzinfo=UTC)),
    ],
)
async def test_a_week_of_mail_begins_at_midnight_by_the_teams_clocks(
    office: Office, zone: str, monday: datetime
) -> None:
    for moment in (monday - INSTANT, monday, monday + INSTANT, monday + timedelta(days=6, hours=23)):
        await office.store_mail(moment)

    before, after = await _count(office, at=monday, weeks=2, zone=zone)

    assert (before.sendto, after.sendto) == (1, 3)


async def test_ten_years_are_counted_in_a_few_questions_however_much_mail_there_is(office: Office) -> None:
    await _store_many(office, 600)
    async with office.reading() as look:
        counted, asked = await _asked(look, weeks=520)

    assert sum(week.sendto + week.receive for week in counted) == 600
    assert len(asked) == 5 + 1


@pytest.mark.parametrize("database_url", [MARIADB], indirect=True)
async def test_no_chart_reads_a_mail_or_a_customer_itself(office: Office) -> None:
    await _store_many(office, 3_000)
    for number in range(20):
        await office.add(f"c{number}@example.com", importance=number % 6)
    async with office.reading() as look:
        for table in ("messages", "customers"):
            await look.connection.exec_driver_sql(f"ANALYZE TABLE {table}")
        _, asked = await _asked(look, weeks=20)
        plans: list[Any] = []
        for statement, values in asked:
            plans += (await look.connection.exec_driver_sql(f"EXPLAIN {statement}", values)).all()

    steps = [plan for plan in plans if plan.table in {"messages", "customers"}]
    assert len(steps) == 41
    assert {(step.table, step.key) for step in steps} == {
        ("messages", "ix_messages_type_date"),
        ("customers", "ix_customers_due"),
    }
    assert all("Using index" in step.Extra and "filesort" not in step.Extra for step in steps), steps
    assert {step.type for step in steps if step.table == "messages"} <= {"range", "ref"}


async def _asked(look: Reading, *, weeks: int) -> tuple[list[WeekOfMail], list[tuple[str, Any]]]:
    """Return what is counted, and the statements that asked for it."""
    asked: list[tuple[str, Any]] = []
    connection = look.connection.sync_connection
    assert connection is not None

    def note(*said: Any) -> None:
        if said[2].startswith("SELECT"):
            asked.append((said[2], said[3]))

    wanted = weeks_until(NEW_YEAR, count=weeks, zone=ZoneInfo("UTC"))
    event.listen(connection, "before_cursor_execute", note)
    counted = await statistics.count_mail(look, wanted)
    await statistics.count_customers(look)
    event.remove(connection, "before_cursor_execute", note)
    return counted, asked


async def _store_many(office: Office, number: int) -> None:
    usual = {
        "sender": "a",
        "subject": "",
        "content": "<p>Hello</p>",
        "message_id": "",
        "sender_address": "",
        "attachments": "[]",
        "blocked_images": 0,
        "stored_at": NEW_YEAR,
    }
    rows = [
        {
            **usual,
            "date": NEW_YEAR - timedelta(hours=one * 24 % 80_000),
            "type": "receive" if one % 2 else "sendto",
        }
        for one in range(number)
    ]
    async with office.mail() as work:
        await work.connection.execute(insert(messages), rows)
