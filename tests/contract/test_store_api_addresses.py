"""One address is one customer, however it is written; on both databases."""

import asyncio

import pytest

from mycrm_common.db.engine import Database
from mycrm_common.errors import MyCRMError
from tests.contract.api_office import Office

# Each line is one address in several spellings.
SAME = [
    (
        "john@example.com",
        "John@Example.COM",
        "JOHN@EXAMPLE.COM",
        "ｊｏｈｎ@example.com",
        "Ｊohn@example.com",
    ),
    ("info@bücher.example", "INFO@BÜCHER.example", "info@xn--bcher-kva.example", "info@bu\u0308cher.example"),
    ("李伟@例子.example", "李伟@xn--fsqu00a.example"),
    ("straße@example.com", "STRASSE@example.com"),
    ("josé@example.com", "jose\u0301@example.com", "JOSÉ@example.com"),
    ("ǆ@example.com", "Ǆ@example.com"),
]
# These are different ones, although a database's own collation takes some of them for one.
DIFFERENT = [
    *("jose@example.com", "josé@example.com", "j.ose@example.com", "jose+x@example.com"),
    *("jose@example.org", "jose@mail.example.com", "josé@münchen.example", "josé@munchen.example"),
    *("и@example.com", "й@example.com", "山@example.com", "山@例子.example"),
]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: ascii(spellings[0]))
async def test_an_address_in_another_spelling_is_the_same_customer(
    office: Office, spellings: tuple[str, ...]
) -> None:
    owner = await office.add(spellings[0])
    other = await office.add("other@example.net")

    for spelling in spellings:
        for act in (office.add(spelling), office.edit(other.id, email=spelling)):
            with pytest.raises(MyCRMError) as caught:
                await act
            assert (caught.value.code, caught.value.context) == (
                "customer_email_taken",
                {"customer_id": owner.id},
            )


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: ascii(spellings[0]))
async def test_a_deleted_customer_is_known_by_any_spelling_and_blocks_none(
    office: Office, spellings: tuple[str, ...]
) -> None:
    gone = await office.add(spellings[0])
    await office.delete(gone.id)

    written = await office.write_new(spellings[-1])

    assert written.deleted_before is not None
    assert written.deleted_before.id == gone.id
    with pytest.raises(MyCRMError) as caught:
        await office.restore(gone.id)
    assert caught.value.context == {"customer_id": written.customer.id}


async def test_different_addresses_are_different_customers(office: Office) -> None:
    ids = [(await office.add(email)).id for email in DIFFERENT]

    assert len(set(ids)) == len(DIFFERENT)


async def test_of_those_who_add_one_address_in_many_spellings_at_once_one_succeeds(office: Office) -> None:
    done = await asyncio.gather(*(office.add(one) for one in SAME[0]), return_exceptions=True)

    refused = [one.code for one in done if isinstance(one, MyCRMError)]
    assert refused == ["customer_email_taken"] * (len(SAME[0]) - 1)


async def test_another_spelling_of_ones_own_address_is_an_edit_and_can_be_undone(office: Office) -> None:
    customer = await office.add("john@example.com")

    written = await office.write_edit(customer.id, email="John@Example.com")
    undone = await office.undo(written.change_id)

    assert written.customer.email == "John@example.com"
    assert undone.reversed == 1
    assert (await office.customer(customer.id)).email == "john@example.com"
