"""The feed on both databases: in order, without gaps, narrowed, and never skipping while events are numbered."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert

from mycrm_api.domain.feed import FeedBounds, FeedList
from mycrm_api.store import feed
from mycrm_common.bus.codec import seal
from mycrm_common.db import outbox
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.events import outbox as table
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted
from mycrm_common.ids import new_id
from tests.contract.api_office import Office

ADDED, DELETED = "customer.added.v1", "customer.deleted.v1"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _tell(office: Office, kinds: Sequence[str], *, owner: str = "relay") -> None:
    """Tell events of these kinds and number them, as a relay does."""
    async with office.unit() as work:
        events = [
            (CustomerAdded if kind == ADDED else CustomerDeleted)(
                customer_id=number, email="a@example.com", version=1
            )
            for number, kind in enumerate(kinds)
        ]
        envelopes = [seal(one, event_id=new_id(work.at), service="api", at=work.at) for one in events]
        await outbox.put(work, envelopes, service="api", claimed_by=owner, lease=timedelta(minutes=1))
        await outbox.mark_sent(work, [one.id for one in envelopes], owner=owner)


async def _walk(office: Office, types: frozenset[str], *, limit: int) -> list[int]:
    """Return the numbers on all pages, after the way back has shown the same."""
    async with office.reading() as look:
        page = await feed.page(look, FeedList(types=types, limit=limit))
        onward = [event.seq for event in page.items]
        while page.next_cursor is not None:
            page = await feed.page(look, FeedList(types=types, limit=limit, cursor=page.next_cursor))
            onward += [event.seq for event in page.items]
        backward = [event.seq for event in page.items]
        while page.previous_cursor is not None:
            page = await feed.page(look, FeedList(types=types, limit=limit, cursor=page.previous_cursor))
            backward = [*(event.seq for event in page.items), *backward]
    assert backward == onward
    return onward


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_all_pages_are_the_whole_feed_or_its_chosen_types(
    office: Office, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    # So small that rare types lie behind several spans, and pages come out short.
    monkeypatch.setattr(feed, "_SPAN", 2)
    monkeypatch.setattr(feed, "_SPANS", 2)
    await _tell(office, [DELETED, ADDED, ADDED, ADDED, ADDED, ADDED, ADDED, DELETED, ADDED, DELETED])

    assert await _walk(office, frozenset(), limit=limit) == list(range(1, 11))
    assert await _walk(office, frozenset({DELETED}), limit=limit) == [1, 8, 10]


async def test_reading_on_ends_where_the_feed_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_SPAN", 4)
    await _tell(office, [ADDED] * 6 + [DELETED])

    async with office.reading() as look:
        first = await feed.after(look, 0, types={DELETED}, limit=10)
        second = await feed.after(look, first.place, types={DELETED}, limit=10)
        third = await feed.after(look, second.place, types={DELETED}, limit=10)

    assert (first.events, first.place) == ([], 4)
    assert [event.seq for event in second.events] == [7]
    assert (third.events, third.place) == ([], 7)


async def test_the_bounds_are_those_of_what_is_kept(office: Office) -> None:
    async with office.reading() as look:
        nothing = await feed.bounds(look)
    await _tell(office, [ADDED] * 3)
    async with office.unit() as work:
        await work.connection.execute(delete(table).where(table.c.seq == 1))
    async with office.reading() as look:
        some = await feed.bounds(look)
        page = await feed.page(look, FeedList(after=0))
    async with office.unit() as work:
        await work.connection.execute(delete(table))
    async with office.reading() as look:
        forgotten = await feed.bounds(look)

    assert (nothing, some) == (FeedBounds(oldest=1, newest=0), FeedBounds(oldest=2, newest=3))
    assert forgotten == FeedBounds(oldest=4, newest=3)
    assert ([event.seq for event in page.items], page.total) == ([2, 3], 2)
    assert [some.missed(place) for place in (None, 0, 1, 3, 4)] == [None, "forgotten", None, None, "unknown"]


async def test_a_reader_misses_nothing_while_several_relays_number_events(office: Office) -> None:
    seen: list[int] = []
    told = 4 * 12

    async def relay(name: str) -> None:
        for _ in range(12):
            await _tell(office, [ADDED], owner=name)

    async def read() -> None:
        place = 0
        while len(seen) < told:
            async with office.reading() as look:
                some = await feed.after(look, place, limit=5)
            seen.extend(event.seq for event in some.events)
            place = some.place
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(read(), *(relay(f"relay {number}") for number in range(4)))

    assert seen == list(range(1, told + 1))


async def test_an_event_is_told_with_all_that_it_carries(office: Office) -> None:
    await _tell(office, [ADDED])
    async with office.unit() as work:
        await work.connection.execute(
            insert(table).values(
                event_id="waiting",
                type=ADDED,
                subject="1",
                service="api",
                body=b"{}",
                state="new",
                available_at=work.at,
                attempts=0,
                created_at=work.at,
            )
        )

    async with office.reading() as look:
        told = (await feed.after(look, 0, limit=10)).events

    assert [(event.seq, event.type, event.subject, event.source) for event in told] == [
        (1, ADDED, "0", "/mycrm/api")
    ]
    assert told[0].time == office.clock.now()
    assert told[0].data["email"] == "a@example.com"
