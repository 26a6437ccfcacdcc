"""The follow-up list on both databases: against an oracle, with marks, and by which indexes it is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, event, insert, select

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.followups import Followup, FollowupList, FollowupMark, FollowupRule, due_since
from mycrm_api.store import contacts, customers, followups
from mycrm_api.usecases.finish_followup import finish_followup
from mycrm_api.usecases.snooze_followup import snooze_followup
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers as table
from mycrm_common.db.tables.customers import deleted_customers
from mycrm_common.errors import MyCRMError
from mycrm_common.keys import email_key, text_key
from mycrm_common.work import Reading
from tests.contract.api_office import Office
from tests.contract.conftest import MARIADB
from tests.contract.followup_world import Truth, World

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
RULE = FollowupRule(operator=">=", importance=0, days=30)
SORTS = (
    "company_last_contact",
    "-company_last_contact",
    "id",
    "-id",
    "email",
    "-importance",
    "-last_contact_date",
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _now(office: Office, **changes: Any) -> FollowupList:
    return replace(FollowupList(rule=RULE, at=office.clock.now(), zone=SHANGHAI), **changes)


async def _page(office: Office, wanted: FollowupList) -> Page[Followup]:
    async with office.reading() as look:
        return await followups.page(look, wanted)


async def _all(look: Reading, wanted: FollowupList) -> list[Followup]:
    """Return all pages put together, after the way back has given the same."""
    forwards: list[Followup] = []
    while True:
        page = await followups.page(look, wanted)
        forwards += page.items
        if page.next_cursor is None:
            break
        wanted = replace(wanted, cursor=page.next_cursor)
    backwards = list(page.items)
    while page.previous_cursor is not None:
        page = await followups.page(look, replace(wanted, cursor=page.previous_cursor))
        backwards = [*page.items, *backwards]
    assert backwards == forwards
    return forwards


async def _fill(office: Office, rows: Sequence[dict[str, Any]]) -> None:
    """Replace all customers, and let the companies' dates be computed."""
    usual = dict.fromkeys(
        ("name", "country", "address", "phone", "website", "comment", "last_checked_log"), ""
    )
    async with office.unit() as work:
        await work.connection.execute(delete(table))
        await work.connection.execute(delete(deleted_customers))
        values = [
            {
                **usual,
                "version": 1,
                "created_at": DAY,
                "updated_at": DAY,
                "name_key": "",
                "email_key": email_key(row["email"]),
                "company_key": text_key(row["company"]),
                "company_last_contact": None if text_key(row["company"]) else row["last_contact_date"],
                **row,
            }
            for row in rows
        ]
        await work.connection.execute(insert(table), values)
        await contacts.recompute_company_contact(work, {row["company"] for row in rows})


async def _live(office: Office, world: World) -> None:
    """Let people and mail change something, and mark some of those who are there."""
    chance = world.chance
    async with office.reading() as look:
        ids = list((await look.connection.execute(select(table.c.id).order_by(table.c.id))).scalars())
    for _ in range(chance.randrange(5)):
        changes: list[dict[str, Any]] = [
            {"company": world.company()},
            {"valid": chance.randrange(3)},
            {"importance": chance.randrange(6)},
        ]
        await office.edit(chance.choice(ids), **chance.choice(changes))
    if contact := world.contact():
        await office.send(contact, "c0@example.com", f"c{chance.randrange(40)}@example.com")
    await office.add("late@example.com", company=world.company(), importance=chance.randrange(6))
    if chance.randrange(2):
        await office.delete(chance.choice(ids))


async def _mark(office: Office, world: World) -> dict[int, Any]:
    marks: dict[int, Any] = {}
    async with office.unit() as work:
        ids = list((await work.connection.execute(select(table.c.id).order_by(table.c.id))).scalars())
        for one in world.chance.sample(ids, k=len(ids) * 2 // 3):
            until = world.chance.choice([None, None, world.at - HOUR, world.at + HOUR])
            done_at = world.contact()
            await followups.put_snooze(work, one, until)
            await followups.put_done(work, one, done_at)
            marks[one] = (until, done_at)
    return marks


async def _rows(look: Reading) -> list[dict[str, Any]]:
    columns = (table.c.id, table.c.email, table.c.company, table.c.importance, table.c.valid)
    rows = await look.connection.execute(select(*columns, table.c.last_contact_date))
    return [dict(row._mapping) for row in rows]


async def _snooze(office: Office, customer_id: int, *, days: int | None) -> FollowupMark:
    return await snooze_followup(
        customer_id, days=days, zone=SHANGHAI, customers=customers, followups=followups, unit=office.unit
    )


async def _finish(office: Office, customer_id: int, *, is_done: bool) -> FollowupMark:
    return await finish_followup(
        customer_id, is_done=is_done, customers=customers, followups=followups, unit=office.unit
    )


async def test_the_list_is_what_an_oracle_finds_by_looking_at_everybody(
    office: Office, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, sets = request.config.getoption("--oracle-seed"), request.config.getoption("--oracle-sets")
    for seed in range(first, first + sets):
        world = World(seed)
        await _fill(office, world.customers())
        await _live(office, world)
        assert await office.company_dates_are_right(), seed
        marks = await _mark(office, world) if world.chance.randrange(2) else {}
        # Both ways to sort by a column give the same list.
        monkeypatch.setattr(followups, "MOST_SORTED", world.chance.choice([0, 5_000]))
        for rule in world.rules():
            await _compare(office, world, rule=rule, marks=marks)


async def _compare(office: Office, world: World, *, rule: FollowupRule, marks: dict[int, Any]) -> None:
    wanted = FollowupList(
        rule=rule,
        at=world.at,
        zone=world.zone,
        sort=world.chance.choice(SORTS),
        limit=world.chance.randrange(1, 9),
    )
    async with office.reading() as look:
        truth = Truth(rows=await _rows(look), rule=rule, at=world.at, zone=world.zone)
        shown = await _all(look, wanted)
        hidden = await _all(look, replace(wanted, hidden=True))
        total = await followups.count(look, wanted)
    right = truth.shown(marks)
    told = f"seed {world.seed}, {wanted}"

    assert [one.id for one in shown] == _sorted(right, wanted.sort, truth), told
    assert {one.id for one in hidden} == {row["id"] for row in truth.due()} - {row["id"] for row in right}, (
        told
    )
    assert total == len(right), told
    for one in shown:
        (row,) = (row for row in right if row["id"] == one.id)
        done_at = marks.get(one.id, (None, None))[1]
        assert one.company_last_contact == truth.waiting_since(row), told
        assert one.due_since == due_since(
            truth.waiting_since(row), done_at, days=rule.days, zone=world.zone
        ), told


def _sorted(rows: list[dict[str, Any]], sort: str, truth: Truth) -> list[int]:
    column = sort.removeprefix("-")

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        value = truth.waiting_since(row) if column == "company_last_contact" else row[column]
        return (value is not None, value if value is not None else 0, row["id"])

    return [row["id"] for row in sorted(rows, key=key, reverse=sort.startswith("-"))]


async def test_thirty_days_ago_is_not_yet_due_and_thirty_one_are(office: Office) -> None:
    office.clock.advance(hours=10)  # In Shanghai it is the 3rd of March already.
    await office.add("a@example.com")
    await office.add("b@example.com")
    await office.send(datetime(2026, 1, 31, 16, tzinfo=UTC), "a@example.com")
    await office.send(datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), "b@example.com")

    page = await _page(office, _now(office))

    assert [one.email for one in page.items] == ["b@example.com"]


async def test_a_snoozed_customer_is_back_when_its_day_begins(office: Office) -> None:
    customer = await office.add("a@example.com")

    mark = await _snooze(office, customer.id, days=2)
    hidden = await _page(office, _now(office, hidden=True))
    gone = await _page(office, _now(office))
    back = await _page(office, _now(office, at=datetime(2026, 3, 3, 16, tzinfo=UTC)))

    assert mark.snoozed_until == datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert (gone.items, gone.total) == ([], 0)
    assert [one.snoozed_until for one in hidden.items] == [mark.snoozed_until]
    assert [one.id for one in back.items] == [customer.id]


async def test_done_counts_as_a_contact_with_this_customer_for_this_list_alone(office: Office) -> None:
    customer = await office.add("a@example.com", company="Acme")
    colleague = await office.add("b@example.com", company="Acme")

    mark = await _finish(office, customer.id, is_done=True)
    today = await _page(office, _now(office))
    later = await _page(office, _now(office, at=office.clock.now() + timedelta(days=31), sort="id"))

    assert (mark.done_at, mark.snoozed_until) == (office.clock.now(), None)
    assert (await office.customer(customer.id)) == customer
    assert [one.id for one in today.items] == [colleague.id]
    assert [(one.id, str(one.due_since)) for one in later.items] == [
        (customer.id, "2026-04-02"),
        (colleague.id, "None"),
    ]


async def test_done_thirty_days_ago_still_counts_and_a_moment_before_that_day_no_more(office: Office) -> None:
    customer = await office.add("a@example.com")
    thirty_days_ago = datetime(2026, 1, 30, 16, tzinfo=UTC)  # midnight in Shanghai

    totals = []
    for done_at in (thirty_days_ago, thirty_days_ago - timedelta(microseconds=1)):
        async with office.unit() as work:
            await followups.put_done(work, customer.id, done_at)
        totals.append((await _page(office, _now(office))).total)

    assert totals == [0, 1]


async def test_a_mark_that_is_taken_back_leaves_the_rule_alone_and_the_other_mark_in_place(
    office: Office,
) -> None:
    customer = await office.add("a@example.com")
    await _snooze(office, customer.id, days=2)
    await _finish(office, customer.id, is_done=True)

    woken = await _snooze(office, customer.id, days=None)
    assert (woken.snoozed_until, woken.done_at) == (None, office.clock.now())

    await _finish(office, customer.id, is_done=False)
    assert (await _page(office, _now(office))).total == 1


async def test_who_is_not_there_cannot_be_marked(office: Office) -> None:
    with pytest.raises(MyCRMError, match="customer_not_found"):
        await _snooze(office, 7, days=2)
    with pytest.raises(MyCRMError, match="customer_not_found"):
        await _finish(office, 7, is_done=True)


async def test_the_marks_of_a_deleted_customer_are_gone_with_it(office: Office) -> None:
    customer = await office.add("a@example.com")
    await _finish(office, customer.id, is_done=True)

    await office.delete(customer.id)

    async with office.reading() as look:
        assert (await followups.mark_of(look, customer.id)).done_at is None


async def test_a_cursor_of_another_rule_is_refused_and_one_of_yesterday_is_not(office: Office) -> None:
    for number in range(3):
        await office.add(f"c{number}@example.com")
    cursor = (await _page(office, _now(office, limit=1))).next_cursor

    tomorrow = _now(office, cursor=cursor, at=office.clock.now() + timedelta(days=1))
    assert len((await _page(office, tomorrow)).items) == 2
    with pytest.raises(MyCRMError, match="cursor_invalid"):
        await _page(office, _now(office, cursor=cursor, rule=replace(RULE, days=29)))


async def test_no_more_are_counted_than_anybody_wants_to_know(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followups, "MOST_COUNTED", 3)
    await _fill(office, [_plain(number) for number in range(4)])

    assert (await _page(office, _now(office))).total is None
    assert (await _page(office, _now(office, exact=True))).total == 4
    assert (await _page(office, _now(office, rule=replace(RULE, importance=1)))).total == 3


@pytest.mark.parametrize("database_url", [MARIADB], indirect=True)
@pytest.mark.parametrize("sort", ["company_last_contact", "-company_last_contact", "email", "-id", "name"])
@pytest.mark.parametrize("is_many", [False, True])
async def test_no_page_reads_or_sorts_the_table(
    office: Office, monkeypatch: pytest.MonkeyPatch, sort: str, *, is_many: bool
) -> None:
    await _fill(office, [_plain(number) for number in range(6_000)])
    if is_many:
        monkeypatch.setattr(followups, "MOST_SORTED", 10)
        monkeypatch.setattr(followups, "MOST_COUNTED", 10)
    wanted = _now(
        office, sort=sort, limit=20, rule=RULE if is_many else replace(RULE, operator="=", importance=5)
    )
    async with office.reading() as look:
        plans, asked = await _plans(look, wanted)
        second = await followups.page(look, wanted)
        more, again = await _plans(look, replace(wanted, cursor=second.next_cursor))

    assert len(asked) <= 6
    assert len(again) <= 6
    for plan in [*plans, *more]:
        if plan.table == "customers":
            assert plan.type != "ALL", plan
            assert is_many or plan.type != "index", plan
            assert "filesort" not in plan.Extra or not is_many, plan


async def _plans(look: Reading, wanted: FollowupList) -> tuple[list[Any], list[str]]:
    """Return how MariaDB finds a page, each step, and the statements."""
    asked: list[tuple[str, Any]] = []
    connection = look.connection.sync_connection
    assert connection is not None

    def note(*said: Any) -> None:
        asked.append((said[2], said[3]))

    await look.connection.exec_driver_sql("ANALYZE TABLE customers")
    event.listen(connection, "before_cursor_execute", note)
    await followups.page(look, wanted)
    event.remove(connection, "before_cursor_execute", note)
    plans: list[Any] = []
    for statement, values in asked:
        plans += (await look.connection.exec_driver_sql(f"EXPLAIN {statement}", values)).all()
    return plans, [statement for statement, _ in asked]


def _plain(number: int) -> dict[str, Any]:
    return (
        {
            "email": f"c{number}@example.com",
            "company": f"Company {number // 5}" if number % 3 else "",
            "importance": number % 6 if number % 10 else 4,
            "valid": number % 3,
            "last_contact_date": None if number % 7 == 0 else DAY - timedelta(hours=number),
        }
        if number >= 10
        else {
            "email": f"c{number}@example.com",
            "company": "",
            "importance": number,
            "valid": 2,
            "last_contact_date": None,
        }
    )
