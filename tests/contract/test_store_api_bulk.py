"""Acts on many customers at once, on both databases: all or none, in a few statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from mycrm_api.domain.bulk import MOST_CHARACTERS
from mycrm_api.domain.customers import NewCustomer
from mycrm_api.store.new_customers import add_some
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerDeleted, CustomerUpdated
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
CELL_STATEMENTS = 5


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@contextmanager
def _statements(office: Office) -> Iterator[list[str]]:
    """Collect what is asked of the database, but for how a transaction begins."""
    engine = office.database._writer.sync_engine
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _crowd(office: Office, size: int, *, prefix: str = "c") -> list[int]:
    """Add customers by one statement, half of them in companies of three."""
    new = [
        NewCustomer(
            email=f"{prefix}{number}@example.com", company=f"{prefix} {number // 6}" if number % 2 else ""
        )
        for number in range(size)
    ]
    async with office.unit() as work:
        return await add_some(work, new)


async def test_many_get_the_same_values_and_each_tells_it(office: Office) -> None:
    one = await office.add("a@example.com", country="China")
    same = await office.add("b@example.com", country="中国", importance=5)
    two = await office.add("c@example.com", name="C")
    at = office.clock.advance(hours=1)

    done = await office.edit_many(two.id, 10**9, one.id, same.id, country="中国", importance=5)

    assert (done.changed, done.unchanged, done.missing) == (2, 1, [10**9])
    assert await office.customer(one.id) == replace(
        one, country="中国", importance=5, version=2, updated_at=at
    )
    assert await office.customer(same.id) == same
    told = [told for told in await office.told() if isinstance(told, CustomerUpdated)]
    assert [(event.customer_id, event.version, event.changed) for event in told] == [
        (one.id, 2, ("importance", "country")),
        (two.id, 2, ("importance", "country")),
    ]
    entry = (await office.history(one.id))[0]
    assert (entry.how, entry.change_id, entry.version) == ("edited", done.change_id, 2)
    assert entry.changed == {"country": ("China", "中国"), "importance": (0, 5)}


async def test_an_act_that_changes_nothing_has_no_id(office: Office) -> None:
    one = await office.add("a@example.com", country="中国")

    done = await office.edit_many(one.id, country="中国")

    assert (done.change_id, done.changed, done.unchanged) == (None, 0, 1)
    assert len(await office.told()) == 1


async def test_many_are_deleted_with_what_they_were(office: Office) -> None:
    ids = [(await office.add(f"c{number}@example.com", company="Acme")).id for number in range(3)]
    left = await office.add("left@example.com", company="Acme")
    await office.send(DAY, "c1@example.com")

    done = await office.delete_many(*ids)

    assert (done.changed, done.missing) == (3, [])
    told = [told.customer_id for told in await office.told() if isinstance(told, CustomerDeleted)]
    assert told == ids
    assert await office.company_dates_are_right()
    assert (await office.customer(left.id)).version == 1
    assert {(await office.history(one))[0].change_id for one in ids} == {done.change_id}


@pytest.mark.parametrize("changes", [{"company": "Beta"}, {"company": ""}, {"valid": 0}, {"valid": 1}])
async def test_companies_are_right_after_any_act(office: Office, changes: dict[str, Any]) -> None:
    ids = await _crowd(office, 24)
    await office.add("other@example.com", company="BETA")
    await office.send(DAY, *(f"c{number}@example.com" for number in range(0, 24, 5)), "other@example.com")

    await office.edit_many(*ids[::2], **changes)
    assert await office.company_dates_are_right()
    await office.delete_many(*ids[::3])

    assert await office.company_dates_are_right()


async def test_names_and_companies_are_found_under_their_new_keys(office: Office) -> None:
    ids = await _crowd(office, 3)

    await office.edit_many(*ids, name=" Ｌｉ  WEI ", company="ＡCME  Co")

    async with office.reading() as look:
        rows = (await look.connection.execute(customers.select())).all()
    assert {(row.name_key, row.company_key) for row in rows} == {("li wei", "acme co")}


async def test_a_bad_value_changes_nobody(office: Office) -> None:
    ids = await _crowd(office, 3)

    with pytest.raises(MyCRMError) as caught:
        await office.edit_many(*ids, country="x" * 101, importance=9, phone="1\u0000")

    faults = {(fault.field, fault.code) for fault in caught.value.errors}
    assert faults == {
        ("set.country", "text_long"),
        ("set.importance", "number_large"),
        ("set.phone", "text_unprintable"),
    }
    assert await office.told() == []


async def test_an_id_that_is_given_twice_is_named(office: Office) -> None:
    ids = await _crowd(office, 2)

    for act in (office.edit_many(ids[0], ids[1], ids[0], name="x"), office.delete_many(ids[1], ids[1])):
        with pytest.raises(MyCRMError) as caught:
            await act
        assert [fault.code for fault in caught.value.errors] == ["field_twice"]

    assert await office.told() == []


async def test_texts_that_are_too_long_together_are_refused(office: Office) -> None:
    ids = range(1, MOST_CHARACTERS // 40_000 + 2)

    with pytest.raises(MyCRMError) as caught:
        await office.edit_many(*ids, comment="x" * 40_000)

    assert [(fault.field, fault.code) for fault in caught.value.errors] == [("set.comment", "text_long")]


async def test_a_failure_in_the_middle_leaves_nothing_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await _crowd(office, 700)
    put, calls = office.books.history.put_changes, 0

    async def fail_at_last(*args: Any, **kwargs: Any) -> str:
        nonlocal calls
        calls += 1
        if calls > 1:
            message = "the disk is full"
            raise RuntimeError(message)
        return await put(*args, **kwargs)

    monkeypatch.setattr(office.books.history, "put_changes", fail_at_last)
    with pytest.raises(RuntimeError, match="full"):
        await office.edit_many(*ids, country="中国")

    async with office.reading() as look:
        stored = await office.books.sets.some(look, ids)
    assert {(one.country, one.version) for one in stored} == {("", 1)}
    assert await office.told() == []


async def test_one_cell_costs_a_handful_of_statements(office: Office) -> None:
    await _crowd(office, 300)
    customer = await office.add("a@example.com", company="c 1")

    with _statements(office) as asked:
        await office.edit(customer.id, phone="+86 21")

    # Held, written, and told in the history, for search and in the outbox.
    assert len(asked) <= CELL_STATEMENTS, asked


@pytest.mark.parametrize("act", ["edit", "company", "delete", "undo", "bring back"])
async def test_statements_grow_with_hundreds_not_with_customers(office: Office, act: str) -> None:
    counts = []
    for size in (20, 400):
        ids = await _crowd(office, size, prefix=f"s{size}x")
        before = None
        if act == "undo":
            before = (await office.edit_many(*ids, country="中国", company="One")).change_id
        elif act == "bring back":
            before = (await office.delete_many(*ids)).change_id
        with _statements(office) as asked:
            if act == "edit":
                await office.edit_many(*ids, country="中国")
            elif act == "company":
                await office.edit_many(*ids, company="One")
            elif act == "delete":
                await office.delete_many(*ids)
            else:
                assert (await office.undo(before)).reversed == size
        counts.append(len(asked))

    # Companies are computed a hundred at a time and rows written two hundred and fifty at a time.
    assert counts[1] <= counts[0] + 6, counts
