"""The customers' list on both databases: searched, filtered, sorted and entered anywhere, against an oracle."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList, CustomerPage
from mycrm_api.store import (
    customer_counts,
    customer_pages,
    customer_ways,
    list_marks,
    search,
    search_index,
)
from mycrm_api.usecases import keep_lists as keeping
from mycrm_api.usecases.index_customers import index_customers, indexing_is_due
from mycrm_api.usecases.keep_lists import counting_is_due, keep_lists
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.lists import customer_counts as counts_table
from mycrm_common.db.tables.search import search_changes
from mycrm_common.errors import MyCRMError
from mycrm_common.keys import email_key, text_key
from mycrm_common.work import Reading
from tests.contract.api_office import Office
from tests.contract.search_world import Asked, SearchWorld, is_meant, sort_key


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _index(office: Office) -> None:
    await index_customers(index=search_index, unit=office.unit, reading=office.reading)


async def _keep(office: Office) -> None:
    await keep_lists(counts=customer_counts, marks=list_marks, unit=office.unit, reading=office.reading)


async def _page(office: Office, wanted: CustomerList) -> CustomerPage:
    async with office.reading() as look:
        return await customer_pages.page(look, wanted)


async def _emails(office: Office, **asked: Any) -> list[str]:
    found = await _page(office, CustomerList(only=Asked(**asked).only, limit=200))
    return [one.email for one in found.items]


async def _fill(office: Office, rows: Sequence[dict[str, Any]]) -> None:
    """Replace all customers, and let search know."""
    async with office.unit() as work:
        ids = list((await work.connection.execute(select(customers.c.id))).scalars())
        await work.connection.execute(delete(customers))
        for row in rows:
            keys = {
                "email_key": email_key(row["email"]),
                "name_key": text_key(row["name"]),
                "company_key": text_key(row["company"]),
            }
            done = await work.connection.execute(insert(customers).values(**row, **keys))
            ids.append(int(done.lastrowid))
        await search.note_changed(work, ids)


async def _rows(look: Reading) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in await look.connection.execute(select(customers))]


async def _all(look: Reading, wanted: CustomerList) -> list[int]:
    """Return the ids of all pages, after the way back has given the same."""
    pages: list[list[int]] = []
    while True:
        page = await customer_pages.page(look, wanted)
        pages.append([one.id for one in page.items])
        if page.next_cursor is None:
            break
        wanted = replace(wanted, cursor=page.next_cursor)
    back = pages[-1:]
    while page.previous_cursor is not None:
        page = await customer_pages.page(look, replace(wanted, cursor=page.previous_cursor))
        back.insert(0, [one.id for one in page.items])
    forwards = [one for some in pages for one in some]
    assert [one for some in back for one in some] == forwards
    assert all(len(some) <= wanted.limit for some in pages)
    return forwards


async def test_what_is_found_is_what_an_oracle_finds_by_looking_at_everybody(
    office: Office, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, sets = request.config.getoption("--oracle-seed"), request.config.getoption("--oracle-sets")
    for seed in range(first, first + sets):
        world = SearchWorld(seed)
        chance = world.chance
        rows = [
            {**world.customer(number), **world.machine_fields()} for number in range(chance.randrange(40))
        ]
        await _fill(office, rows)
        if chance.randrange(3):
            await _index(office)
        if chance.randrange(2):
            await _keep(office)
        await _live(office, world)
        # Each of the ways to a page gives the same list.
        monkeypatch.setattr(customer_ways, "MOST_SORTED", chance.choice([0, 5_000]))
        monkeypatch.setattr(customer_ways, "MOST_PROVED", chance.choice([0, 5_000]))
        monkeypatch.setattr(customer_ways, "_ALWAYS_SORTED", chance.choice([0, 300]))
        monkeypatch.setattr(search, "MANY", chance.choice([0, 100_000]))
        await _compare(office, world, rows)


async def _live(office: Office, world: SearchWorld) -> None:
    """Let people change something that the index does not know of yet."""
    async with office.reading() as look:
        ids = list((await look.connection.execute(select(customers.c.id).order_by(customers.c.id))).scalars())
    for one in world.chance.sample(ids, k=min(len(ids), world.chance.randrange(6))):
        fresh = world.customer(one + 1_000)
        del fresh["email"]
        async with office.unit() as work:
            keys = {"name_key": text_key(fresh["name"]), "company_key": text_key(fresh["company"])}
            changed = update(customers).where(customers.c.id == one).values(**fresh, **keys)
            await work.connection.execute(
                changed if world.chance.randrange(4) else delete(customers).where(customers.c.id == one)
            )
            await search.note_changed(work, [one])


async def _compare(office: Office, world: SearchWorld, made: list[dict[str, Any]]) -> None:
    async with office.reading() as look:
        truth = await _rows(look)
        for _ in range(6):
            asked = world.asked(made)
            wanted = CustomerList(only=asked.only, sort=world.sort(), limit=world.chance.randrange(1, 9))
            told = f"seed {world.seed}: {asked} {wanted.sort}"
            column = wanted.sort.removeprefix("-")

            found = await _all(look, wanted)
            page = await customer_pages.page(look, replace(wanted, exact=True))

            right = [row for row in truth if is_meant(row, asked)]
            right.sort(key=lambda row: sort_key(row, column), reverse=wanted.sort.startswith("-"))
            assert found == [row["id"] for row in right], told
            assert (page.total, page.approximate) == (len(right), False), told


async def test_the_whole_list_is_given_piece_by_piece_in_its_order(office: Office) -> None:
    world = SearchWorld(7)
    await _fill(office, [{**world.customer(one), **world.machine_fields()} for one in range(30)])
    wanted = CustomerList(only=Asked(q="a").only, sort="-name", limit=4)

    pieces = [piece async for piece in customer_pages.pieces(office.reading, wanted)]

    async with office.reading() as look:
        assert [one.id for piece in pieces for one in piece] == await _all(look, wanted)
    assert {len(piece) for piece in pieces[:-1]} == {4}


async def test_a_customer_is_found_at_once_and_after_the_index_has_it(office: Office) -> None:
    added = await office.add("li@example.com", name="张伟", comment="<p>wants <b>len</b>ses</p>")
    for is_indexed in (False, True):
        if is_indexed:
            await _index(office)
        for q in ("张", "伟", "张伟", "i@e", "li", "l", "lenses", "LI@EXAMPLE.COM 张"):
            assert await _emails(office, q=q) == ["li@example.com"], (q, is_indexed)
        assert await _emails(office, q="zq") == []

    await office.edit(added.id, name="王芳")
    for is_indexed in (False, True):
        if is_indexed:
            await _index(office)
        assert await _emails(office, q="张伟") == [], is_indexed
        assert await _emails(office, field="name", value="王") == ["li@example.com"], is_indexed

    await office.delete(added.id)
    assert await _emails(office, q="王芳") == []


async def test_a_change_by_hand_is_found_at_once_however_many_wait(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_FRESH", 3)
    monkeypatch.setattr(search, "_BY_HAND", 5)
    mine = await office.add("mine@example.com", name="Rarely")
    async with office.unit() as work:
        await search.note_changed(work, range(1_000_000, 1_000_050))

    page = await _page(office, CustomerList(only=Asked(q="rarely").only))
    assert (page.items, page.unindexed) == ([mine], 46), "four of the import are looked at"


async def test_indexing_leaves_nothing_waiting_and_twice_is_as_good_as_once(office: Office) -> None:
    await office.add("li@example.com", name="张伟")
    assert await indexing_is_due(index=search_index, reading=office.reading)
    await _index(office)
    assert not await indexing_is_due(index=search_index, reading=office.reading)

    async with office.unit() as work:
        await search.note_changed(work, [1, 1, 2])
    await _index(office)

    async with office.reading() as look:
        assert await search_index.count_waiting(look) == 0
    assert await _emails(office, q="张伟") == ["li@example.com"]


async def test_a_change_while_the_index_is_written_waits_for_the_next_round(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = await office.add("li@example.com", name="before")
    forget = search_index.forget

    async def edit_first(work: Any, change_ids: Sequence[int]) -> None:
        # What another process would do between the reading and the forgetting.
        values = {"name": "after", "name_key": "after"}
        await work.connection.execute(update(customers).where(customers.c.id == added.id).values(**values))
        await search.note_changed(work, [added.id])
        monkeypatch.setattr(search_index, "forget", forget)
        await forget(work, change_ids)

    monkeypatch.setattr(search_index, "forget", edit_first)
    await _index(office)

    assert await _emails(office, field="name", value="after") == ["li@example.com"]
    async with office.reading() as look:
        assert (await look.connection.execute(select(search_changes))).first() is None


async def test_the_page_near_a_fraction_begins_there(office: Office) -> None:
    await _fill(office, [_plain(number) for number in range(100)])

    for sort, near, first in [
        ("email", 0, 0),
        ("email", 0.5, 50),
        ("-email", 0.25, 25),
        ("importance", 0.9, 90),
        ("email", 1, 90),
        ("-last_contact_date", 0.333, 33),
    ]:
        every = await _page(office, CustomerList(sort=sort, limit=200))
        page = await _page(office, CustomerList(sort=sort, limit=10, near=near))

        assert (page.position, page.approximate) == (first, False)
        assert [one.id for one in page.items] == [one.id for one in every.items][first : first + 10]
        assert (page.previous_cursor is None) == (first == 0)
        if page.next_cursor is not None:
            following = await _page(office, CustomerList(sort=sort, limit=10, cursor=page.next_cursor))
            assert [one.id for one in following.items] == [one.id for one in every.items][
                first + 10 : first + 20
            ]


async def test_a_long_list_is_entered_by_its_marks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_ways, "MOST_COUNTED", 50)
    monkeypatch.setattr(keeping, "SHORTEST_MARKED", 50)
    monkeypatch.setattr(keeping, "_MARKS", 20)
    await _fill(office, [_plain(number) for number in range(200)])
    await _keep(office)

    for sort in ("email", "-email", "importance", "-importance", "last_contact_date", "-comment", "-id"):
        every = [one.id for one in (await _page(office, CustomerList(sort=sort, limit=200))).items]
        for near in (0.0, 0.1, 0.5, 0.77, 1.0):
            page = await _page(office, CustomerList(sort=sort, limit=10, near=near))

            begins = every.index(page.items[0].id)
            assert page.total == 200
            assert abs(begins - min(near * 200, 190)) <= 10, (sort, near)
            assert page.position is not None
            assert abs(begins - page.position) <= 1, (sort, near)
            assert [one.id for one in page.items] == every[begins : begins + 10]

    await _fill(office, [_plain(number) for number in range(30)])
    await _keep(office)
    page = await _page(office, CustomerList(limit=5, near=0.5))
    assert (page.position, page.approximate) == (15, False), "a list that is short again is counted off"


async def test_a_search_is_entered_near_a_fraction_too(office: Office) -> None:
    await _fill(office, [{**_plain(number), "name": "ab" if number % 2 else "cd"} for number in range(60)])
    await _index(office)
    wanted = CustomerList(only=Asked(field="name", value="ab").only, limit=5)

    page = await _page(office, replace(wanted, near=0.5))

    every = await _page(office, replace(wanted, limit=200))
    assert (page.total, page.position, page.approximate) == (30, 15, False)
    assert [one.id for one in page.items] == [one.id for one in every.items][15:20]


async def test_a_place_and_a_cursor_are_not_both_taken(office: Office) -> None:
    await _fill(office, [_plain(number) for number in range(5)])
    first = await _page(office, CustomerList(limit=2))

    with pytest.raises(MyCRMError, match="request_invalid"):
        await _page(office, CustomerList(limit=2, cursor=first.next_cursor, near=0.5))


async def test_a_cursor_of_another_search_is_refused(office: Office) -> None:
    await _fill(office, [_plain(number) for number in range(5)])
    cursor = (await _page(office, CustomerList(only=Asked(q="example").only, limit=2))).next_cursor
    assert cursor is not None

    for other in (CustomerFilter(), Asked(q="exampl").only, Asked(field="email", value="example").only):
        with pytest.raises(MyCRMError, match="cursor_invalid"):
            await _page(office, CustomerList(only=other, limit=2, cursor=cursor))


async def test_a_short_list_is_counted_and_a_long_one_is_told_from_what_was_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_ways, "MOST_COUNTED", 10)
    await _fill(office, [_plain(number) for number in range(20)])
    assert await counting_is_due(counts=customer_counts, reading=office.reading, clock=office.clock)
    await _index(office)
    await _keep(office)
    async with office.unit() as work:
        await work.connection.execute(delete(customers).where(customers.c.importance == 1))

    kept = await _page(office, CustomerList())
    exact = await _page(office, CustomerList(exact=True))
    short = await _page(office, CustomerList(only=Asked(field="importance", value="2").only))

    assert (kept.total, kept.approximate) == (20, True)
    assert (exact.total, exact.approximate) == (16, False)
    assert (short.total, short.approximate) == (4, False)


async def test_counts_are_due_after_a_change_and_right_again_once_they_are_kept(office: Office) -> None:
    await _fill(office, [_plain(number) for number in range(20)])
    await _index(office)
    office.clock.advance(seconds=1)
    await _keep(office)
    office.clock.advance(seconds=1)
    due = [await counting_is_due(counts=customer_counts, reading=office.reading, clock=office.clock)]

    await office.add("one@example.com", importance=5)
    await _index(office)
    due.append(await counting_is_due(counts=customer_counts, reading=office.reading, clock=office.clock))
    await _keep(office)

    async with office.reading() as look:
        rows = (await look.connection.execute(select(counts_table))).all()
    assert due == [False, True]
    assert sum(row.customers for row in rows) == 21
    office.clock.advance(minutes=11)
    assert await counting_is_due(counts=customer_counts, reading=office.reading, clock=office.clock)


@pytest.mark.parametrize(
    "asked", [Asked(), Asked(q="name"), Asked(q="name 1"), Asked(field="importance", value=">=2")]
)
async def test_the_questions_of_a_page_do_not_grow_with_the_rows(office: Office, asked: Asked) -> None:
    questions = []
    for size in (40, 400):
        await _fill(office, [_plain(number) for number in range(size)])
        await _index(office)
        await _keep(office)
        questions.append(await _questions(office, CustomerList(only=asked.only, limit=10)))

    assert questions[1] <= questions[0]
    assert questions[0] <= 12


async def _questions(office: Office, wanted: CustomerList) -> int:
    asked: list[str] = []
    async with office.reading() as look:
        connection = look.connection.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        await customer_pages.page(look, wanted)
    return len(asked)


async def test_search_words_are_no_patterns(office: Office) -> None:
    await office.add("percent@example.com", name="50% off")
    await office.add("under@example.com", name="a_b")
    await office.add("plain@example.com", name="ab 50 off")
    await _index(office)

    assert await _emails(office, q="%") == ["percent@example.com"]
    assert await _emails(office, field="name", value="a_b") == ["under@example.com"]
    assert await _emails(office, field="name", value="_") == ["under@example.com"]


def _plain(number: int) -> dict[str, Any]:
    world = SearchWorld(number)
    return {
        **world.customer(number),
        **world.machine_fields(),
        "name": f"name {number}",
        "email": f"c{number * 7919 % 1000:03}-{number}@example.com",
        "importance": number % 5,
    }
