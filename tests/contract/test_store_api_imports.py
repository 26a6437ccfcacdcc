"""Imports on both databases: against an oracle, there and back, interrupted, and by how many statements."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from mycrm_api.adapters import rich_text
from mycrm_api.domain.customers import Customer
from mycrm_api.domain.history import HistoryList
from mycrm_api.domain.imports import KINDS, Act, ImportState
from mycrm_api.store import history
from mycrm_common.db.engine import Database
from mycrm_common.errors import MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.events.imports import ImportProgressed
from tests.contract.import_office import ImportOffice, a_file
from tests.contract.import_world import FIELDS, ImportWorld, expected

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
# What moves on although everything is as it was.
MOVING = {"version", "updated_at"}


@pytest.fixture
def office(database: Database) -> ImportOffice:
    return ImportOffice(database)


def _by_address(customers: list[Customer]) -> dict[str, dict[str, Any]]:
    return {one.email.lower(): {name: getattr(one, name) for name in FIELDS} for one in customers}


def _still(rows: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {one: {name: row[name] for name in row.keys() - MOVING} for one, row in rows.items()}


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> list[int]:
    first = request.config.getoption("--oracle-seed")
    return list(range(first, first + request.config.getoption("--oracle-sets")))


async def test_a_preview_predicts_exactly_what_applying_does_and_undo_brings_everything_back(
    office: ImportOffice, seeds: list[int]
) -> None:
    for seed in seeds:
        world = ImportWorld(seed)
        await office.empty()
        for address, fields in world.there().items():
            await office.add(address, **fields)
        await office.send_mail_now_and_then(world.chance, DAY)
        before = await office.whole_rows()
        lines = world.lines()
        wanted = expected(lines, _by_address(await office.customers()), rich_text.taken)

        one = await office.preview(a_file(*lines, fields=("email", *FIELDS)))
        rows = await office.rows(one.id)
        found = {row.email.lower(): row.kind for row in rows if row.kind != "invalid"}
        assert found == wanted.kinds, seed
        assert one.counts["invalid"] == wanted.invalid, seed
        assert +Counter({kind: one.counts[kind] for kind in KINDS}) == Counter(row.kind for row in rows), seed
        assert await office.whole_rows() == before, seed

        one = await office.act(one.id, Act.APPLY)
        assert one.state is ImportState.APPLIED
        assert one.counts["added"] == one.counts["new"], seed
        assert one.counts["updated"] == one.counts["update"], seed
        assert one.counts["skipped"] == 0, seed
        assert _by_address(await office.customers()) == wanted.after, seed
        assert await office.company_dates_are_right(), seed

        one = await office.act(one.id, Act.UNDO)
        assert one.state is ImportState.UNDONE
        assert (one.counts["kept"], one.counts["failed"]) == (0, 0), seed
        assert _still(await office.whole_rows()) == _still(before), seed


async def test_what_was_exported_comes_back_the_same(office: ImportOffice, seeds: list[int]) -> None:
    for seed in seeds:
        world = ImportWorld(seed)
        await office.empty()
        for address, fields in world.there().items():
            await office.add(address, **fields)
        customers = await office.customers()
        if not customers:
            continue
        exported = await office.export()

        again = await office.preview(exported)
        assert again.counts["same"] == len(customers), seed
        assert sum(again.counts[kind] for kind in KINDS) == len(customers), seed

        await office.empty()
        fresh = await office.preview(exported)
        await office.act(fresh.id, Act.APPLY)
        assert _by_address(await office.customers()) == _by_address(customers), seed
        assert await office.export() == exported, seed


async def test_the_same_file_twice_changes_nothing(office: ImportOffice) -> None:
    world = ImportWorld(7)
    raw = a_file(*(world.line() for _ in range(60)), fields=("email", *FIELDS))
    first = await office.preview(raw)
    await office.act(first.id, Act.APPLY)
    rows, told = await office.whole_rows(), len(await office.told_of_customers())

    second = await office.preview(raw)
    assert second.counts["same"] == first.counts["new"]
    second = await office.act(second.id, Act.APPLY)

    assert second.counts["updated"] == second.counts["added"] == 0
    assert await office.whole_rows() == rows
    assert len(await office.told_of_customers()) == told


async def test_what_somebody_changed_after_the_preview_is_never_overwritten(office: ImportOffice) -> None:
    li = await office.add("li@example.com", name="Li")
    wu = await office.add("wu@example.com", name="Wu")
    gone = await office.add("gone@example.com", name="Gone")
    one = await office.preview(
        a_file(
            {"email": "li@example.com", "name": "Li of the file"},
            {"email": "wu@example.com", "name": "Wu of the file"},
            {"email": "gone@example.com", "name": "Gone of the file"},
            {"email": "new@example.com", "name": "New of the file"},
            {"email": "late@example.com", "name": "Late of the file"},
        )
    )
    await office.edit(li.id, country="China")
    await office.delete(gone.id)
    await office.add("new@example.com", name="New by hand")

    one = await office.act(one.id, Act.APPLY)

    assert {name: one.counts[name] for name in ("added", "updated", "skipped")} == {
        "added": 1,
        "updated": 1,
        "skipped": 3,
    }
    names = {customer.email: customer.name for customer in await office.customers()}
    assert names == {
        "li@example.com": "Li",
        "wu@example.com": "Wu of the file",
        "new@example.com": "New by hand",
        "late@example.com": "Late of the file",
    }
    reasons = {row.email: row.reason.code for row in await office.rows(one.id, "conflict") if row.reason}
    assert reasons == {
        "li@example.com": "changed_since",
        "gone@example.com": "changed_since",
        "new@example.com": "added_since",
    }
    assert (await office.customer(wu.id)).version == wu.version + 1


async def test_undo_tells_what_was_reversed_kept_and_impossible(office: ImportOffice) -> None:
    for name in ("back", "edited", "deleted"):
        await office.add(f"{name}@example.com", name=name)
    rows = [
        {"email": f"{name}@example.com", "name": "of the file"}
        for name in ("back", "edited", "deleted", "new", "new-edited", "new-deleted")
    ]
    one = await office.preview(a_file(*rows))
    await office.act(one.id, Act.APPLY)
    ids = {customer.email.partition("@")[0]: customer.id for customer in await office.customers()}
    await office.edit(ids["edited"], phone="110")
    await office.edit(ids["new-edited"], phone="110")
    await office.delete(ids["deleted"])
    await office.delete(ids["new-deleted"])

    one = await office.act(one.id, Act.UNDO)

    assert {name: one.counts[name] for name in ("reversed", "kept", "failed")} == {
        "reversed": 2,
        "kept": 3,
        "failed": 1,
    }
    names = {customer.email.partition("@")[0]: customer.name for customer in await office.customers()}
    assert names == {"back": "back", "edited": "of the file", "new-edited": "of the file"}


async def test_what_a_check_has_found_out_is_not_undone(office: ImportOffice) -> None:
    li = await office.add("li@example.com", name="Li")
    one = await office.preview(a_file({"email": "li@example.com", "name": "Li Wei", "valid": "1"}))
    await office.act(one.id, Act.APPLY)
    await office.found_invalid(li.id)

    one = await office.act(one.id, Act.UNDO)

    assert one.counts["reversed"] == 1
    after = await office.customer(li.id)
    assert (after.name, int(after.valid)) == ("Li", 0)


async def test_every_customer_is_told_and_has_its_history(office: ImportOffice) -> None:
    li = await office.add("li@example.com", name="Li")
    told = len(await office.told_of_customers())
    one = await office.preview(
        a_file({"email": "li@example.com", "name": "Li Wei"}, {"email": "wu@example.com", "name": "Wu"})
    )
    await office.act(one.id, Act.APPLY)
    wu = next(one for one in await office.customers() if one.email == "wu@example.com")
    await office.act(one.id, Act.UNDO)

    later: list[Any] = (await office.told_of_customers())[told:]
    assert Counter((type(said), said.customer_id) for said in later) == Counter(
        [
            (CustomerAdded, wu.id),
            (CustomerUpdated, li.id),
            (CustomerDeleted, wu.id),
            (CustomerUpdated, li.id),
        ]
    )
    async with office.reading() as look:
        entries = (await history.of_customer(look, HistoryList(customer_id=li.id))).items
    assert [(entry.how, entry.by) for entry in entries[:2]] == [("undone", "2"), ("imported", "1")]
    assert entries[1].changed == {"name": ("Li", "Li Wei")}
    assert entries[0].undoes == entries[1].change_id == one.change_id


async def test_progress_is_told_in_the_transactions_that_make_it(office: ImportOffice) -> None:
    one = await office.preview(a_file(*({"email": f"c{number}@example.com"} for number in range(400))))
    await office.act(one.id, Act.APPLY)
    await office.act(one.id, Act.UNDO)

    told = [event for event in await office.told() if isinstance(event, ImportProgressed)]
    states = list(dict.fromkeys(event.state for event in told))
    assert states == ["reading", "previewed", "applying", "applied", "undoing", "undone"]
    for state in ("applying", "undoing"):
        done = [event.done for event in told if event.state == state]
        assert done == sorted(set(done))
        assert (done[0], done[-1]) == (0, 400)
        assert 2 < len(done) <= 102
    assert {event.total for event in told if event.state != "reading"} == {400}


async def test_imported_customers_have_the_date_of_the_mail_that_was_sent_before(
    office: ImportOffice,
) -> None:
    await office.store_mail(DAY, to=["li@example.com"])
    await office.add("wu@example.com", company="Acme")

    one = await office.preview(a_file({"email": "LI@example.com", "company": "ACME"}))
    await office.act(one.id, Act.APPLY)

    rows = (await office.whole_rows()).values()
    assert {row["email"]: row["last_contact_date"] for row in rows} == {
        "LI@example.com": DAY,
        "wu@example.com": None,
    }
    assert {row["company_last_contact"] for row in rows} == {DAY}
    await office.act(one.id, Act.UNDO)
    assert [row["company_last_contact"] for row in (await office.whole_rows()).values()] == [None]


async def test_cancelling_keeps_what_is_applied_which_can_be_undone(office: ImportOffice) -> None:
    one = await office.preview(a_file({"email": "li@example.com"}))
    cancelled = await office.act(one.id, Act.CANCEL)
    assert cancelled.state is ImportState.CANCELLED
    with pytest.raises(MyCRMError) as refused:
        await office.act(one.id, Act.APPLY)
    assert refused.value.code == "import_state_wrong"

    undone = await office.act(one.id, Act.UNDO)

    assert undone.state is ImportState.UNDONE
    assert await office.customers() == []


async def test_ids_of_those_whom_undo_deleted_are_not_given_again(office: ImportOffice) -> None:
    raw = a_file(*({"email": f"c{number}@example.com"} for number in range(30)))
    one = await office.preview(raw)
    await office.act(one.id, Act.APPLY)
    first = {customer.id for customer in await office.customers()}
    await office.act(one.id, Act.UNDO)

    again = await office.preview(raw)
    await office.act(again.id, Act.APPLY)

    assert first.isdisjoint(customer.id for customer in await office.customers())


async def _statements(office: ImportOffice, database: Database, count: int) -> Counter[str]:
    """Return how many statements each step of an import of so many rows takes, half of them updates."""
    await office.empty()
    chance = random.Random(count)
    there = [f"c{number}@example.com" for number in range(count // 2)]
    first = await office.preview(a_file(*({"email": address, "company": address} for address in there)))
    await office.act(first.id, Act.APPLY)
    rows = [
        {
            "email": f"c{number}@example.com",
            **{name: f"{name} {number}" for name in ("name", "company", "phone") if chance.random() < 0.5},
            "country": "China",
        }
        for number in range(count)
    ]
    counted: Counter[str] = Counter()
    step = "read"

    def count_one(*_: object) -> None:
        counted[step] += 1

    engine = database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", count_one)
    try:
        one = await office.preview(a_file(*rows, fields=("email", "name", "company", "phone", "country")))
        step = "apply"
        one = await office.act(one.id, Act.APPLY)
        step = "undo"
        one = await office.act(one.id, Act.UNDO)
    finally:
        event.remove(engine, "before_cursor_execute", count_one)
    assert one.counts["reversed"] == count
    return counted


async def test_the_number_of_statements_does_not_grow_with_the_rows_of_a_step(
    office: ImportOffice, database: Database
) -> None:
    few, many = await _statements(office, database, 20), await _statements(office, database, 80)

    assert many == few
