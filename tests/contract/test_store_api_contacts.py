"""Contact dates of customers and companies, in whatever order mail, people and machines come."""

import asyncio
import random
from asyncio import TaskGroup
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from mycrm_api.store import contacts
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerUpdated
from tests.contract.api_office import OURS, Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
EARLIER, LATER = DAY - timedelta(days=3), DAY + timedelta(days=3)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _company_dates(office: Office) -> dict[str, datetime | None]:
    async with office.reading() as look:
        rows = await look.connection.execute(select(customers.c.email, customers.c.company_last_contact))
        return {row.email: row.company_last_contact for row in rows}


async def test_older_mail_never_moves_the_date_back(office: Office) -> None:
    customer = await office.add("a@example.com")

    await office.send(LATER, "a@example.com")
    await office.send(EARLIER, "a@example.com")

    assert (await office.customer(customer.id)).last_contact_date == LATER


async def test_a_date_that_mail_moves_leaves_version_and_events_alone(office: Office) -> None:
    customer = await office.add("a@example.com")
    office.clock.advance(days=1)

    await office.send(DAY, "A@Example.com")

    after = await office.customer(customer.id)
    assert (after.last_contact_date, after.version, after.updated_at) == (DAY, 1, customer.updated_at)
    assert len(await office.told()) == 1


@pytest.mark.parametrize("role", ["to", "cc", "bcc"])
async def test_whoever_a_mail_went_to_was_contacted(office: Office, role: str) -> None:
    customer = await office.add("a@example.com")

    event = await office.store_mail(DAY, **{role: ["a@example.com"]})  # type: ignore[arg-type]  # one of three roles
    await office.note(event)

    assert (await office.customer(customer.id)).last_contact_date == DAY


@pytest.mark.parametrize("kind", ["receive", "system"])
async def test_mail_that_we_did_not_send_contacts_nobody(office: Office, kind: str) -> None:
    early = await office.add("a@example.com")
    await office.note(await office.store_mail(DAY, kind=kind, sender="a@example.com", to=["b@example.com"]))
    late = await office.add("b@example.com")

    assert (await office.customer(early.id)).last_contact_date is None
    assert late.last_contact_date is None


async def test_the_sender_of_a_mail_was_not_contacted_by_it(office: Office) -> None:
    ours = await office.add(OURS)

    await office.send(DAY, "a@example.com")

    assert (await office.customer(ours.id)).last_contact_date is None


async def test_a_customer_who_is_added_after_the_mail_has_its_date_at_once(office: Office) -> None:
    await office.send(EARLIER, "a@example.com")
    await office.send(DAY, "a@example.com")

    customer = await office.add("A@example.com", company="Acme")

    assert (customer.last_contact_date, customer.version) == (DAY, 1)
    assert (await _company_dates(office)) == {"A@example.com": DAY}


async def test_a_mail_to_one_of_a_company_counts_for_all_of_it(office: Office) -> None:
    await office.add("a@example.com", company="Blue Optics")
    await office.add("b@example.com", company=" blue  OPTICS ")
    await office.add("c@example.com", company="Red Optics")

    await office.send(DAY, "a@example.com")

    assert await _company_dates(office) == {
        "a@example.com": DAY,
        "b@example.com": DAY,
        "c@example.com": None,
    }


async def test_an_invalid_colleague_is_not_counted(office: Office) -> None:
    await office.add("a@example.com", company="Acme")
    await office.add("gone@example.com", company="Acme", valid=0)

    await office.send(DAY, "gone@example.com")
    assert (await _company_dates(office))["a@example.com"] is None

    await office.send(EARLIER, "a@example.com")
    assert await _company_dates(office) == {"a@example.com": EARLIER, "gone@example.com": EARLIER}


async def test_customers_without_a_company_count_alone(office: Office) -> None:
    await office.add("a@example.com")
    await office.add("b@example.com", company="  ")

    await office.send(DAY, "a@example.com")

    assert await _company_dates(office) == {"a@example.com": DAY, "b@example.com": None}


async def test_a_new_colleague_shares_the_companys_date(office: Office) -> None:
    await office.add("a@example.com", company="Acme")
    await office.send(DAY, "a@example.com")

    await office.add("b@example.com", company="ACME")

    assert (await _company_dates(office))["b@example.com"] == DAY


async def test_who_leaves_a_company_takes_its_date_away(office: Office) -> None:
    mover = await office.add("a@example.com", company="Acme")
    await office.add("b@example.com", company="Acme")
    await office.add("c@example.com", company="Beta")
    await office.send(EARLIER, "b@example.com")
    await office.send(DAY, "a@example.com")

    await office.edit(mover.id, company="Beta")

    assert await _company_dates(office) == {
        "a@example.com": DAY,
        "b@example.com": EARLIER,
        "c@example.com": DAY,
    }


@pytest.mark.parametrize("way", ["delete", "invalid", "leave"])
async def test_a_company_forgets_who_no_longer_counts_and_remembers_who_does_again(
    office: Office, way: str
) -> None:
    leaving: dict[str, dict[str, Any]] = {"invalid": {"valid": 0}, "leave": {"company": ""}}
    coming_back: dict[str, dict[str, Any]] = {"invalid": {"valid": 2}, "leave": {"company": "Acme"}}
    one = await office.add("a@example.com", company="Acme")
    await office.add("b@example.com", company="Acme")
    await office.send(DAY, "a@example.com")

    if way == "delete":
        await office.delete(one.id)
    else:
        await office.edit(one.id, **leaving[way])
    assert (await _company_dates(office))["b@example.com"] is None

    if way == "delete":
        await office.add("a@example.com", company="Acme")
    else:
        await office.edit(one.id, **coming_back[way])
    assert (await _company_dates(office))["b@example.com"] == DAY


async def test_another_address_brings_the_date_of_its_mail(office: Office) -> None:
    customer = await office.add("old@example.com", company="Acme")
    await office.send(EARLIER, "old@example.com")
    await office.send(DAY, "new@example.com")

    edited = await office.edit(customer.id, email="new@example.com")

    assert edited.last_contact_date == DAY
    assert await _company_dates(office) == {"new@example.com": DAY}


async def test_another_address_never_moves_the_date_back(office: Office) -> None:
    customer = await office.add("old@example.com")
    await office.send(DAY, "old@example.com")
    await office.send(EARLIER, "new@example.com")

    assert (await office.edit(customer.id, email="new@example.com")).last_contact_date == DAY


@pytest.mark.parametrize("moved_when", ["before the mail is noted", "after the mail is noted"])
async def test_mail_to_the_old_address_on_its_way_counts_for_who_had_it(
    office: Office, moved_when: str
) -> None:
    customer = await office.add("old@example.com", company="Acme")
    await office.edit(customer.id, email="new@example.com")
    change = (await office.told())[-1]
    assert isinstance(change, CustomerUpdated)

    event = await office.store_mail(DAY, to=["old@example.com"])
    if moved_when.startswith("before"):
        await office.move_mail(change)
    await office.note(event)

    assert (await office.customer(customer.id)).last_contact_date == DAY
    assert await office.company_dates_are_right()


async def test_mail_to_an_address_that_was_moved_long_ago_counts_for_nobody(office: Office) -> None:
    customer = await office.add("old@example.com")
    await office.edit(customer.id, email="new@example.com")
    change = (await office.told())[-1]
    assert isinstance(change, CustomerUpdated)
    await office.move_mail(change)

    await office.send(DAY, "old@example.com")

    assert (await office.customer(customer.id)).last_contact_date is None


async def test_a_mail_that_is_noted_while_its_customer_is_added_is_not_missed(office: Office) -> None:
    for number in range(15):
        address = f"c{number}@example.com"
        event = await office.store_mail(DAY, to=[address])
        added, _ = await asyncio.gather(
            office.add(address, company="Acme"), _stubbornly(partial(office.note, event))
        )
        assert (await office.customer(added.id)).last_contact_date == DAY

    assert await office.company_dates_are_right()


async def test_a_mail_that_is_being_noted_is_not_forgotten_when_a_colleague_leaves(office: Office) -> None:
    await office.add("a@example.com", company="Acme")
    leaver = await office.add("b@example.com", company="Acme")

    async with TaskGroup() as tasks, office.unit() as work:
        await contacts.raise_contact(work, ["a@example.com"], DAY)
        leaving = tasks.create_task(office.edit(leaver.id, company="Beta"))
        # However long it is given, who leaves waits for the mail's work to end.
        done, _ = await asyncio.wait([leaving], timeout=0.3)
        assert not done

    assert await _company_dates(office) == {"a@example.com": DAY, "b@example.com": None}


async def test_colleagues_who_change_at_once_wait_for_each_other(office: Office) -> None:
    crowd = [await office.add(f"c{number}@example.com", company="Acme") for number in range(6)]
    await office.send(DAY, *(colleague.email for colleague in crowd))
    edits: list[dict[str, Any]] = [{"valid": 0}, {"company": "Beta"}, {"company": ""}] * 2

    async with TaskGroup() as tasks:
        for colleague, changes in zip(crowd, edits, strict=True):
            tasks.create_task(office.edit(colleague.id, **changes))
        tasks.create_task(office.send(LATER, crowd[0].email))

    assert await office.company_dates_are_right()


async def test_the_recompute_finds_a_date_that_is_wrong(office: Office) -> None:
    one = await office.add("a@example.com", company="Acme")
    alone = await office.add("b@example.com")
    await office.send(DAY, "a@example.com")
    async with office.unit() as work:
        await work.connection.execute(update(customers).values(company_last_contact=EARLIER))

    async with office.reading() as look:
        assert await contacts.company_contacts_differ(look) == [one.id, alone.id]

    async with office.unit() as work:
        await contacts.recompute_company_contact(work, ["acme"])
    async with office.reading() as look:
        assert await contacts.company_contacts_differ(look) == [alone.id]


async def test_what_the_recompute_finds_can_be_mended(office: Office) -> None:
    await office.add("a@example.com", company="Straße 7")
    await office.add("b@example.com", company="STRASSE 7")
    await office.add("c@example.com")
    await office.send(DAY, "a@example.com", "c@example.com")
    right = await _company_dates(office)
    async with office.unit() as work:
        await work.connection.execute(update(customers).values(company_last_contact=EARLIER))

    async with office.unit() as work:
        await contacts.mend_company_contacts(work, await contacts.company_contacts_differ(work))

    assert await _company_dates(office) == right
    assert await office.company_dates_are_right()


@pytest.mark.parametrize("seed", range(3))
async def test_company_dates_are_right_after_anything_one_by_one(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    crowd = _Crowd(office, chance)

    for _ in range(40):
        await crowd.act()
        assert await office.company_dates_are_right()


@pytest.mark.parametrize("seed", range(3))
async def test_company_dates_are_right_after_anything_at_once(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    crowd = _Crowd(office, chance)

    for _ in range(8):
        await asyncio.gather(*(_stubbornly(crowd.act) for _ in range(6)))

    assert await office.company_dates_are_right()
    assert await crowd.customer_dates_are_right()


class _Crowd:
    """People and mail that do something by chance to few customers of few companies."""

    def __init__(self, office: Office, chance: random.Random) -> None:
        self._office, self._chance = office, chance
        self._sent: dict[str, datetime] = {}
        self._ids: list[int] = []

    async def act(self) -> None:
        """Do one thing."""
        act = self._chance.choice([self._add, self._edit, self._edit, self._delete, self._send, self._send])
        try:
            await act()
        except MyCRMError as error:
            if error.kind not in {Kind.CONFLICT, Kind.NOT_FOUND}:
                raise

    async def customer_dates_are_right(self) -> bool:
        """Tell whether each customer has the date of the newest mail to its address."""
        async with self._office.reading() as look:
            rows = await look.connection.execute(select(customers.c.email, customers.c.last_contact_date))
            return all(row.last_contact_date == self._sent.get(row.email) for row in rows)

    async def _add(self) -> None:
        customer = await self._office.add(self._email(), company=self._company(), valid=self._valid())
        self._ids.append(customer.id)

    async def _edit(self) -> None:
        either: list[dict[str, Any]] = [{"company": self._company()}, {"valid": self._valid()}]
        changes = self._chance.choice(either)
        await self._office.edit(self._id(), **changes)

    async def _delete(self) -> None:
        await self._office.delete(self._id())

    async def _send(self) -> None:
        to = [self._email(), self._email()]
        date = DAY + timedelta(hours=self._chance.randrange(1000))
        for email in to:
            self._sent[email] = max(date, self._sent.get(email, date))
        event = await self._office.store_mail(date, to=to)
        # As a delivery does: this very mail is noted again until it is.
        await _stubbornly(partial(self._office.note, event))

    def _id(self) -> int:
        return self._chance.choice(self._ids) if self._ids else 0

    def _email(self) -> str:
        return f"c{self._chance.randrange(8)}@example.com"

    def _company(self) -> str:
        return self._chance.choice(["", "Acme", "Beta", "acme"])

    def _valid(self) -> int:
        return self._chance.choice([0, 1, 2])


async def _stubbornly(act: Callable[[], Awaitable[None]]) -> None:
    """Try again when two works only met, as deliveries and people do."""
    while True:
        try:
            return await act()
        except MyCRMError as error:
            if error.code != "database_busy":
                raise
