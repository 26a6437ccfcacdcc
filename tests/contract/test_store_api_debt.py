"""Follow-up debt and answers against what plain loops count, on both databases."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from mycrm_api.domain.answers import WeekOfAnswers
from mycrm_api.domain.days import day_of
from mycrm_api.domain.debt import WeekOfDebt, windows_of
from mycrm_api.domain.statistics import Week, weeks_until
from mycrm_api.store import answers, debt
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.keys import text_key
from tests.contract.api_office import OURS, Office

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
WEEKS = 8


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer, and what is known of it."""

    id: int
    email: str
    company: str
    importance: int
    valid: int
    added: datetime
    carried: datetime | None


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail, and whom it shows at."""

    date: datetime
    kind: str
    mark: str
    people: tuple[Person, ...]
    role: str


@dataclass(frozen=True, kw_only=True)
class World:
    """All that there is."""

    people: Sequence[Person]
    mails: Sequence[Mail]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def _a_moment(chance: random.Random) -> datetime:
    # Some at the very edges of days and weeks.
    monday = datetime(2026, 11, 16, tzinfo=ZONE).astimezone(UTC) - timedelta(weeks=chance.randrange(14))
    edges = (timedelta(0), -timedelta(microseconds=1), timedelta(days=chance.randrange(7)))
    span = timedelta(days=chance.randrange(7), seconds=chance.randrange(86_400))
    return min(monday + chance.choice([*edges, span, span]), NOW)


def _a_person(chance: random.Random, number: int) -> Person:
    return Person(
        id=number,
        email=f"p{number}@example.com",
        company=chance.choice(["", "", "Acme", "ACME ", "北京公司"]),
        importance=chance.randrange(6),
        valid=chance.choice([0, 1, 2, 2]),
        added=chance.choice([_a_moment(chance), NOW - timedelta(weeks=30)]),
        carried=chance.choice([None, None, _a_moment(chance)]),
    )


def _a_mail(chance: random.Random, people: Sequence[Person]) -> Mail:
    return Mail(
        date=_a_moment(chance),
        kind=chance.choice(["sendto", "sendto", "receive", "receive", "system"]),
        mark=chance.choice(["", "", "", "auto", "list"]),
        people=tuple(chance.sample(people, chance.randrange(1, 4))),
        role=chance.choice(["to", "to", "cc", "bcc", "from", "from"]),
    )


async def _make(office: Office, chance: random.Random) -> World:
    people = [_a_person(chance, number) for number in range(1, 26)]
    mails = [_a_mail(chance, people) for _ in range(60)]
    async with office.unit() as work:
        await work.connection.execute(insert(customers), [_row(person) for person in people])
    async with office.mail() as work:
        for number, mail in enumerate(mails, 1):
            await work.connection.execute(insert(messages).values(id=number, **_mail_row(mail)))
            rows = [
                {
                    "msg_id": number,
                    "address": one.email,
                    "address_key": one.email,
                    "role": mail.role,
                    "date": mail.date,
                }
                for one in mail.people
            ]
            await work.connection.execute(insert(msg_addrs), rows)
    return World(people=people, mails=mails)


def _row(person: Person) -> dict[str, Any]:
    texts = dict.fromkeys(
        ("name", "name_key", "country", "address", "phone", "website", "comment", "last_checked_log"), ""
    )
    return texts | {
        "id": person.id,
        "email": person.email,
        "email_key": person.email,
        "company": person.company,
        "company_key": text_key(person.company),
        "importance": person.importance,
        "valid": person.valid,
        "version": 1,
        "last_contact_date": person.carried,
        "created_at": person.added,
        "updated_at": person.added,
    }


def _mail_row(mail: Mail) -> dict[str, Any]:
    return {
        "sender": OURS,
        "date": mail.date,
        "type": mail.kind,
        "subject": "s",
        "content": "",
        "message_id": "",
        "sender_address": OURS,
        "attachments": "[]",
        "blocked_images": 0,
        "stored_at": NOW,
        "mark": mail.mark,
    }


def _debt(world: World, week: Week, *, importances: Sequence[int], days: int) -> WeekOfDebt:
    """Count one week as the definition says it, customer by customer."""
    until = min(week.ends - timedelta(microseconds=1), NOW)

    def was_contacted(person: Person) -> bool:
        moments = [person.carried] if person.carried else []
        moments += [
            mail.date
            for mail in world.mails
            if mail.kind == "sendto" and mail.role != "from" and person in mail.people
        ]
        return any(
            moment <= until and (day_of(until, ZONE) - day_of(moment, ZONE)).days <= days
            for moment in moments
        )

    def is_due(person: Person) -> bool:
        company = text_key(person.company)
        circle = [person] + [
            other
            for other in world.people
            if company and other.valid != 0 and text_key(other.company) == company
        ]
        return not any(was_contacted(one) for one in circle)

    due = [
        person
        for person in world.people
        if person.importance in importances and person.valid != 0 and person.added <= until and is_due(person)
    ]
    return WeekOfDebt(week=week.name, due=len(due))


def _answers(world: World, week: Week, *, days: int) -> WeekOfAnswers:
    written: set[int] = set()
    answered: set[int] = set()
    for mail in world.mails:
        if mail.kind != "sendto" or mail.role == "from" or not week.begins <= mail.date < week.ends:
            continue
        for person in mail.people:
            written.add(person.id)
            if any(
                other.kind == "receive"
                and other.mark == ""
                and other.role == "from"
                and person in other.people
                and mail.date < other.date <= mail.date + timedelta(days=days)
                for other in world.mails
            ):
                answered.add(person.id)
    return WeekOfAnswers(
        week=week.name,
        written=len(written),
        answered=len(answered),
        is_complete=week.ends + timedelta(days=days) <= NOW,
    )


async def test_debt_and_answers_are_what_loops_count(office: Office, pytestconfig: pytest.Config) -> None:
    sets, seed = pytestconfig.getoption("--oracle-sets"), pytestconfig.getoption("--oracle-seed")
    weeks = weeks_until(NOW, count=WEEKS, zone=ZONE)
    for number in range(max(sets // 5, 1)):
        chance = random.Random(f"{seed} {number}")
        await _empty(office)
        world = await _make(office, chance)
        importances = chance.choice([(0, 1, 2, 3, 4, 5), (3, 4, 5), (2,)])
        days = chance.choice([0, 1, 7, 30])

        async with office.reading() as look:
            windows = windows_of(weeks, at=NOW, days=days, zone=ZONE)
            counted = await debt.count_debt(look, windows, importances=importances)
            wrote_back = await answers.answers(look, weeks, days=max(days, 1), at=NOW)

        right = [_debt(world, week, importances=importances, days=days) for week in weeks]
        assert counted == right, (seed, number)
        assert wrote_back == [_answers(world, week, days=max(days, 1)) for week in weeks], (seed, number)


async def _empty(office: Office) -> None:
    async with office.mail() as work:
        for table in (msg_addrs, messages):
            await work.connection.execute(table.delete())
    async with office.unit() as work:
        await work.connection.execute(customers.delete())


async def test_the_debt_of_today_is_as_long_as_the_list(office: Office) -> None:
    for number in range(4):
        await office.add(f"c{number}@example.com", importance=3, valid=2)
    await office.send(NOW - timedelta(days=31), "c0@example.com")
    await office.send(NOW - timedelta(days=30), "c1@example.com")
    async with office.unit() as work:
        await work.connection.execute(update(customers).values(created_at=NOW - timedelta(weeks=3)))

    async with office.reading() as look:
        weeks = weeks_until(NOW, count=2, zone=ZONE)
        counted = await debt.count_debt(
            look, windows_of(weeks, at=NOW, days=30, zone=ZONE), importances=(3, 4, 5)
        )

    assert [week.due for week in counted] == [2, 3]
