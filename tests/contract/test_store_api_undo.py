"""Taking back what one act did, on both databases: what still stands, and nothing that people did since."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mycrm_api.domain.customers import Customer
from mycrm_api.domain.history import CustomerChange
from mycrm_api.domain.undoing import Left
from mycrm_common.db.engine import Database
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
FIELDS: list[dict[str, Any]] = [
    {"name": "李伟", "company": "蓝光", "importance": 3, "country": "中国", "comment": "<b>一</b>"},
    {"name": "Max", "company": "Büro", "valid": 1, "address": "Weg 1", "website": "https://example.com"},
    {"phone": "1"},
]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _people(office: Office) -> list[Customer]:
    return [await office.add(f"c{number}@example.com", **fields) for number, fields in enumerate(FIELDS)]


async def _stand_as_before(office: Office, before: list[Customer], *, version: int) -> None:
    for one in before:
        now = await office.customer(one.id)
        assert now == replace(one, version=version, updated_at=now.updated_at)


async def test_an_edit_of_many_is_taken_back_from_each(office: Office) -> None:
    before = await _people(office)
    changes = {"name": "X", "company": "X", "importance": 1, "valid": 0, "comment": "<p>x</p>"}
    done = await office.edit_many(*(one.id for one in before), **changes)

    undone = await office.undo(done.change_id)

    assert (undone.reversed, undone.kept, undone.failed) == (3, [], [])
    await _stand_as_before(office, before, version=3)
    entry = (await office.history(before[0].id))[0]
    assert (entry.how, entry.undoes, entry.change_id) == ("undone", done.change_id, undone.change_id)
    assert entry.changed["name"] == ("X", "李伟")
    told = (await office.told())[-1]
    assert isinstance(told, CustomerUpdated)
    assert (told.customer_id, told.version) == (before[2].id, 3)
    assert await office.company_dates_are_right()


async def test_a_deletion_of_many_is_taken_back(office: Office) -> None:
    before = await _people(office)
    done = await office.delete_many(*(one.id for one in before))

    undone = await office.undo(done.change_id)

    assert undone.reversed == 3
    await _stand_as_before(office, before, version=2)
    told = (await office.told())[-3:]
    assert [event.customer_id for event in told if isinstance(event, CustomerAdded)] == [
        one.id for one in before
    ]


async def test_an_undo_can_be_undone(office: Office) -> None:
    customer = await office.add("a@example.com", name="Before")
    edit = await office.write_edit(customer.id, name="After")

    undone = await office.undo(edit.change_id)
    again = await office.undo(undone.change_id)

    assert again.reversed == 1
    assert (await office.customer(customer.id)).name == "After"
    deleted = await office.delete(customer.id)
    back = await office.undo(deleted)
    gone = await office.undo(back.change_id)
    assert gone.reversed == 1
    assert isinstance((await office.told())[-1], CustomerDeleted)


async def test_who_was_added_by_mistake_is_deleted_by_the_undo(office: Office) -> None:
    written = await office.write_new("a@example.com")

    undone = await office.undo(written.change_id)

    assert undone.reversed == 1
    assert (await office.restore(written.customer.id)).email == "a@example.com"


async def test_what_somebody_did_since_is_kept_and_named(office: Office) -> None:
    before = await _people(office)
    ids = [one.id for one in before]
    done = await office.edit_many(*ids, country="X")
    await office.edit(ids[0], country="Y")
    await office.edit(ids[1], phone="another field")
    await office.delete(ids[2])

    undone = await office.undo(done.change_id)

    assert undone.reversed == 1
    assert undone.kept == [
        Left(customer_id=ids[0], reason="changed_since"),
        Left(customer_id=ids[2], reason="changed_since"),
    ]
    now = await office.customer(ids[1])
    assert (now.country, now.phone) == (before[1].country, "another field")
    assert (await office.customer(ids[0])).country == "Y"


async def test_a_second_undo_finds_it_done(office: Office) -> None:
    written = await office.write_new("a@example.com", name="A")
    customer = written.customer
    edit = await office.write_edit(customer.id, name="B")
    await office.undo(edit.change_id)
    again = await office.undo(edit.change_id)
    assert (again.change_id, again.reversed) == (None, 0)
    assert [one.reason for one in again.kept] == ["undone_already"]

    deleted = await office.delete(customer.id)
    await office.undo(deleted)
    assert [one.reason for one in (await office.undo(deleted)).kept] == ["undone_already"]

    kept = (await office.undo(written.change_id)).kept
    assert [one.reason for one in kept] == ["changed_since"], "an edited customer is not deleted by an undo"


async def test_an_older_deletion_does_not_bring_back_what_was_deleted_again(office: Office) -> None:
    customer = await office.add("a@example.com")
    first = await office.delete(customer.id)
    await office.restore(customer.id)
    second = await office.delete(customer.id)

    assert [one.reason for one in (await office.undo(first)).kept] == ["changed_since"]
    assert (await office.undo(second)).reversed == 1


async def test_who_cannot_come_back_is_named_and_the_others_do(office: Office) -> None:
    before = await _people(office)
    done = await office.delete_many(*(one.id for one in before))
    other = await office.add("C1@example.com")

    undone = await office.undo(done.change_id)

    assert undone.reversed == 2
    assert undone.failed == [Left(customer_id=before[1].id, reason="email_taken", other_id=other.id)]


async def test_after_thirty_days_a_deletion_stands(office: Office) -> None:
    customer = await office.add("a@example.com")
    deleted = await office.delete(customer.id)
    office.clock.advance(days=30)

    undone = await office.undo(deleted)

    assert (undone.reversed, [one.reason for one in undone.failed]) == (0, ["forgotten"])


async def test_a_changed_address_is_taken_back_with_the_mail(office: Office) -> None:
    customer = await office.add("old@example.com", company="Acme")
    edit = await office.write_edit(customer.id, email="new@example.com")
    moved = (await office.told())[-1]
    assert isinstance(moved, CustomerUpdated)
    await office.move_mail(moved)
    await office.send(DAY, "new@example.com")

    assert (await office.undo(edit.change_id)).reversed == 1

    told = (await office.told())[-1]
    assert isinstance(told, CustomerUpdated)
    assert (told.email, told.previous_email) == ("old@example.com", "new@example.com")
    await office.move_mail(told)
    await office.send(DAY + timedelta(days=1), "old@example.com")
    now = await office.customer(customer.id)
    assert (now.email, now.last_contact_date) == ("old@example.com", DAY + timedelta(days=1))
    assert await office.company_dates_are_right()


async def test_an_address_that_somebody_else_has_now_is_not_taken_back(office: Office) -> None:
    customer = await office.add("old@example.com")
    edit = await office.write_edit(customer.id, email="new@example.com")
    other = await office.add("OLD@example.com")

    undone = await office.undo(edit.change_id)

    assert undone.failed == [Left(customer_id=customer.id, reason="email_taken", other_id=other.id)]
    assert (await office.customer(customer.id)).email == "new@example.com"


async def test_an_undo_leaves_alone_what_machines_found_out(office: Office) -> None:
    customer = await office.add("a@example.com", company="Acme", name="A")
    edit = await office.write_edit(customer.id, name="B", company="Beta")
    await office.send(DAY, "a@example.com")

    await office.undo(edit.change_id)

    now = await office.customer(customer.id)
    assert (now.name, now.company, now.last_contact_date) == ("A", "Acme", DAY)
    assert await office.company_dates_are_right()


@pytest.mark.parametrize("change_id", ["", "x", "0" * 36, "é" * 40, "x" * 10_000])
async def test_a_change_that_nobody_made_is_not_found(office: Office, change_id: str) -> None:
    await office.add("a@example.com")

    with pytest.raises(MyCRMError, match="change_not_found"):
        await office.undo(change_id)


async def test_what_an_import_did_is_undone_by_the_import(office: Office) -> None:
    customer = await office.add("a@example.com")
    async with office.unit() as work:
        imported = CustomerChange(
            customer_id=customer.id, version=1, how="imported", by="1", changed={"name": ("", "A")}
        )
        change_id = await office.books.history.put_changes(work, [imported])

    with pytest.raises(MyCRMError, match="change_of_import"):
        await office.undo(change_id)
