"""Customers on both databases: what is added, edited and deleted, by one or by several at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from mycrm_api.domain.customers import LENGTHS, Validity
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import address_changes, deleted_customers
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from tests.contract.api_office import Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_a_new_customer_begins_unconfirmed_unrated_and_at_version_one(office: Office) -> None:
    customer = await office.add("li.wei@example.cn", name="李伟")

    assert customer == await office.customer(customer.id)
    assert (customer.importance, customer.valid, customer.version) == (0, Validity.UNCONFIRMED, 1)
    assert customer.created_at == customer.updated_at == office.clock.now()
    assert await office.told() == [
        CustomerAdded(customer_id=customer.id, email="li.wei@example.cn", version=1)
    ]


async def test_texts_of_full_length_and_beyond_the_first_plane_are_kept(office: Office) -> None:
    texts = {name: "𠮷" * most for name, most in LENGTHS.items() if name != "email"}

    customer = await office.add("long@example.com", comment="😀" * 1000, **texts)

    stored = await office.customer(customer.id)
    assert {name: getattr(stored, name) for name in texts} == texts
    assert stored.comment == "😀" * 1000


@pytest.mark.parametrize("email", ["a.b@example.com", "A.B@EXAMPLE.COM", "ａ.ｂ@example.com"])
async def test_an_address_is_one_customer_however_it_is_spelt(office: Office, email: str) -> None:
    first = await office.add("A.b@Example.com")

    with pytest.raises(MyCRMError) as caught:
        await office.add(email)

    assert caught.value.code == "customer_email_taken"
    assert caught.value.context == {"customer_id": first.id}
    assert [fault.field for fault in caught.value.errors] == ["email"]
    assert len(await office.told()) == 1


async def test_an_edit_raises_the_version_and_tells_what_changed(office: Office) -> None:
    customer = await office.add("a@example.com")
    later = office.clock.advance(hours=1)

    edited = await office.edit(customer.id, importance=4, name="New", company="")

    assert edited == await office.customer(customer.id)
    assert (edited.version, edited.updated_at, edited.importance) == (2, later, 4)
    assert (await office.told())[-1] == CustomerUpdated(
        customer_id=customer.id, email="a@example.com", version=2, changed=("name", "importance")
    )


async def test_an_edit_that_changes_nothing_leaves_no_trace(office: Office) -> None:
    customer = await office.add("a@example.com", name="Same", comment="<b>x</b><script>y</script>")
    office.clock.advance(hours=1)

    edited = await office.edit(customer.id, name="Same", valid=2, comment="<b>x</b><script>z</script>")

    assert edited == customer == await office.customer(customer.id)
    assert len(await office.told()) == 1


async def test_an_edit_of_a_version_that_is_gone_is_refused_with_both(office: Office) -> None:
    customer = await office.add("a@example.com")
    await office.edit(customer.id, version=1, name="First")

    with pytest.raises(MyCRMError) as caught:
        await office.edit(customer.id, version=1, name="Second")

    assert (caught.value.code, caught.value.context) == (
        "customer_version_stale",
        {"current": 2, "yours": 1},
    )
    assert (await office.customer(customer.id)).name == "First"


async def test_an_edit_to_somebody_elses_address_changes_nothing(office: Office) -> None:
    other = await office.add("other@example.com")
    customer = await office.add("a@example.com", name="Before")

    with pytest.raises(MyCRMError) as caught:
        await office.edit(customer.id, name="After", email="OTHER@example.com")

    assert (caught.value.code, caught.value.context) == ("customer_email_taken", {"customer_id": other.id})
    assert await office.customer(customer.id) == customer


async def test_a_changed_address_is_told_and_written_down_for_the_mail_to_follow(office: Office) -> None:
    customer = await office.add("old@example.com")

    await office.edit(customer.id, email="new@example.com")

    told = (await office.told())[-1]
    assert isinstance(told, CustomerUpdated)
    assert (told.email, told.previous_email, told.version) == ("new@example.com", "old@example.com", 2)
    async with office.reading() as look:
        row = (await look.connection.execute(select(address_changes))).one()
    assert (row.customer_id, row.version, row.previous_key, row.email_key) == (
        *(customer.id, 2),
        "old@example.com",
        "new@example.com",
    )


async def test_an_address_in_other_letters_is_the_same_address(office: Office) -> None:
    customer = await office.add("john@example.com")

    edited = await office.edit(customer.id, email="John@example.com")

    told = (await office.told())[-1]
    assert isinstance(told, CustomerUpdated)
    assert (edited.email, told.previous_email) == ("John@example.com", None)
    async with office.reading() as look:
        assert (await look.connection.execute(select(address_changes))).all() == []


async def test_who_is_deleted_is_kept_apart_and_its_address_is_free_again(office: Office) -> None:
    customer = await office.add("a@example.com", name="Gone", comment="<b>kept</b>")
    at = office.clock.advance(days=1)

    await office.delete(customer.id)
    again = await office.add("a@example.com")

    async with office.reading() as look:
        row = (await look.connection.execute(select(deleted_customers))).one()
    assert (row.id, row.name, row.comment, row.deleted_at, row.deleted_by) == (
        *(customer.id, "Gone", "<b>kept</b>"),
        *(at, "1"),
    )
    assert CustomerDeleted(customer_id=customer.id, email="a@example.com", version=1) in await office.told()
    assert again.id != customer.id


async def test_an_id_is_never_given_twice(office: Office) -> None:
    seen = []
    for number in range(4):
        customer = await office.add(f"c{number}@example.com")
        seen.append(customer.id)
        await office.delete(customer.id)

    assert len(set(seen)) == len(seen)


async def test_who_is_not_there_can_be_neither_edited_nor_deleted(office: Office) -> None:
    for attempt in (office.edit(7, name="x"), office.delete(7)):
        with pytest.raises(MyCRMError, match="customer_not_found"):
            await attempt


async def test_a_stale_delete_is_refused(office: Office) -> None:
    customer = await office.add("a@example.com")
    await office.edit(customer.id, name="Newer")

    with pytest.raises(MyCRMError, match="customer_version_stale"):
        await office.delete(customer.id, version=1)

    assert (await office.customer(customer.id)).version == 2


async def test_edits_of_different_fields_at_once_are_all_kept(office: Office) -> None:
    customer = await office.add("a@example.com")
    wanted: dict[str, Any] = {"name": "N", "company": "C", "phone": "1", "country": "中国", "valid": 1}

    await asyncio.gather(*(office.edit(customer.id, **{name: value}) for name, value in wanted.items()))

    stored = await office.customer(customer.id)
    assert {name: getattr(stored, name) for name in wanted} == wanted
    assert stored.version == 1 + len(wanted)


async def test_of_edits_that_saw_the_same_version_one_wins(office: Office) -> None:
    customer = await office.add("a@example.com")

    done = await asyncio.gather(
        *(office.edit(customer.id, version=1, name=f"name {number}") for number in range(5)),
        return_exceptions=True,
    )

    refused = [answer for answer in done if isinstance(answer, MyCRMError)]
    assert [error.code for error in refused] == ["customer_version_stale"] * 4
    assert (await office.customer(customer.id)).version == 2


async def test_of_those_who_add_the_same_address_at_once_one_succeeds(office: Office) -> None:
    done = await asyncio.gather(
        *(office.add("same@example.com", name=f"name {number}") for number in range(5)),
        return_exceptions=True,
    )

    refused = [answer for answer in done if isinstance(answer, MyCRMError)]
    assert [error.code for error in refused] == ["customer_email_taken"] * 4
    assert len(await office.told()) == 1
