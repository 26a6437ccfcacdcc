"""What is kept of each change of a customer, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from mycrm_api.domain.history import HistoryList
from mycrm_api.store import history
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customer_history
from mycrm_common.db.tables.users import users
from mycrm_common.errors import MyCRMError
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_a_customers_life_is_told_newest_first(office: Office) -> None:
    customer = await office.add("a@example.com", name="李伟", importance=3)
    office.by, at = "2", office.clock.advance(hours=1)
    await office.edit(customer.id, name="Li Wei", importance=3, valid=1)
    office.by = "operator"
    await office.delete(customer.id)
    await office.restore(customer.id)

    told = await office.history(customer.id)

    assert [(entry.how, entry.version, entry.by) for entry in told] == [
        ("restored", 3, "operator"),
        ("deleted", 2, "operator"),
        ("edited", 2, "2"),
        ("added", 1, "1"),
    ]
    assert told[2].at == at
    assert told[2].changed == {"name": ("李伟", "Li Wei"), "valid": (2, 1)}
    assert told[3].changed == {
        "email": (None, "a@example.com"),
        "name": (None, "李伟"),
        "importance": (None, 3),
        "valid": (None, 2),
    }
    assert len({entry.change_id for entry in told}) == 4


async def test_a_long_comment_is_kept_whole_before_and_after(office: Office) -> None:
    before, after = "<p>" + "长" * 40_000 + "</p>", "<p>" + "新😀" * 20_000 + "</p>"
    customer = await office.add("a@example.com", comment=before)

    await office.edit(customer.id, comment=after)

    assert (await office.history(customer.id))[0].changed == {"comment": (before, after)}


async def test_what_machines_find_out_is_no_history(office: Office) -> None:
    customer = await office.add("a@example.com")

    await office.send(DAY, "a@example.com")

    assert (await office.customer(customer.id)).last_contact_date == DAY
    assert [entry.how for entry in await office.history(customer.id)] == ["added"]


async def test_an_edit_that_changes_nothing_leaves_no_trace(office: Office) -> None:
    customer = await office.add("a@example.com", name="A")

    written = await office.write_edit(customer.id, name="A", importance=0)

    assert (written.customer, written.change_id) == (customer, None)
    assert len(await office.history(customer.id)) == 1


async def test_a_write_that_is_refused_leaves_no_trace(office: Office) -> None:
    await office.add("taken@example.com")
    customer = await office.add("a@example.com")

    for changes in ({"email": "taken@example.com"}, {"version": 7, "name": "x"}):
        with pytest.raises(MyCRMError):
            await office.edit(customer.id, **changes)

    assert [entry.how for entry in await office.history(customer.id)] == ["added"]
    async with office.reading() as look:
        assert (await look.connection.execute(select(func.count(customer_history.c.id)))).scalar_one() == 2


async def test_the_names_of_those_who_did_it_are_told_while_their_accounts_are_there(office: Office) -> None:
    async with office.unit() as work:
        row: dict[str, Any] = {
            "id": 7,
            "username": "经理",
            "username_key": "经理",
            "password_hash": "",
            "role": "member",
            "language": "en",
            "theme": "",
            "time_zone": "UTC",
            "disabled": False,
            "created_at": work.at,
        }
        await work.connection.execute(insert(users).values(**row))
    office.by = "7"
    customer = await office.add("a@example.com")
    for office.by in ("99", "operator"):
        await office.edit(customer.id, name=office.by)

    told = await office.history(customer.id)

    assert [entry.by_name for entry in told] == ["operator", None, "经理"]


async def test_a_history_is_turned_page_by_page_and_back(office: Office) -> None:
    customer = await office.add("a@example.com")
    other = await office.add("b@example.com")
    for number in range(4):
        await office.edit(customer.id, name=f"name {number}")
        await office.edit(other.id, name=f"name {number}")

    async with office.reading() as look:
        first = await history.of_customer(look, HistoryList(customer_id=customer.id, limit=3))
        second = await history.of_customer(
            look, HistoryList(customer_id=customer.id, limit=3, cursor=first.next_cursor)
        )
        back = await history.of_customer(
            look, HistoryList(customer_id=customer.id, limit=3, cursor=second.previous_cursor)
        )
        with pytest.raises(MyCRMError, match="cursor_invalid"):
            await history.of_customer(look, HistoryList(customer_id=other.id, cursor=first.next_cursor))

    assert [entry.version for entry in first.items] == [5, 4, 3]
    assert [entry.version for entry in second.items] == [2, 1]
    assert (first.total, second.next_cursor, back.items) == (5, None, first.items)
