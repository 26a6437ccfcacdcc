"""Who may do what for a while: claims of outbox rows and of deliveries."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select

from mycrm_common.bus.codec import seal, unseal
from mycrm_common.crash import CrashPoints
from mycrm_common.db import deliveries, inbox, outbox, refusals
from mycrm_common.db.engine import Database
from mycrm_common.db.tables import events as tables
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.ids import new_id
from mycrm_common.work import Work
from tests.support.clock import FakeClock

T = TypeVar("T")
TTL = timedelta(seconds=30)
USE = "mycrm.api.use.v1"


class Office:
    """Transactions at a time that the test chooses."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock()
        self.unit = SqlUnits(database, service="common", clock=self.clock, crash=CrashPoints())

    async def do(self, act: Callable[[Work], Awaitable[T]]) -> T:
        """Do one act in a transaction."""
        async with self.unit() as work:
            return await act(work)

    async def tell(self, count: int) -> None:
        """Put events into the outbox."""
        async with self.unit() as work:
            work.tell(*(CustomerAdded(customer_id=i, email="a@example.com", version=1) for i in range(count)))

    async def claim(self, owner: str, *, limit: int = 50) -> list[str]:
        """Claim outbox rows."""
        claimed = await self.do(lambda work: outbox.claim(work, owner=owner, limit=limit, lease=TTL))
        assert [unseal(row.body).id for row in claimed] == [row.event_id for row in claimed]
        return [row.event_id for row in claimed]

    async def mark(self, event_ids: list[str], owner: str) -> int:
        """Mark rows as sent."""
        return await self.do(lambda work: outbox.mark_sent(work, event_ids, owner=owner))

    async def deliver(self, count: int) -> None:
        """Leave events for a consumer."""
        async with self.unit() as work:
            for number in range(count):
                event = CustomerAdded(customer_id=number, email="a@example.com", version=1)
                envelope = seal(event, event_id=new_id(work.at), service="api", at=work.at)
                await deliveries.put(work, consumer=USE, envelope=envelope, at=work.at)

    async def take(self, owner: str) -> list[deliveries.Delivery]:
        """Claim deliveries."""
        return await self.do(
            lambda work: deliveries.claim(work, consumer=USE, owner=owner, limit=20, lease=TTL)
        )


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_three_relays_never_claim_the_same_event(office: Office) -> None:
    await office.tell(100)

    async def claim_all(owner: str) -> list[str]:
        mine: list[str] = []
        while some := await office.claim(owner, limit=7):
            mine += some
        return mine

    claims = await asyncio.gather(*(claim_all(owner) for owner in ("a", "b", "c")))
    # What one of them met locked, it passed over; it is claimed now at the latest.
    rest = await office.claim("d", limit=100)

    everything = [event_id for claim in (*claims, rest) for event_id in claim]
    assert len(everything) == len(set(everything)) == 100


async def test_the_oldest_events_are_claimed_first(office: Office) -> None:
    await office.tell(10)
    async with office.database.reading() as reading:
        order = select(tables.outbox.c.event_id).order_by(tables.outbox.c.id)
        told = list((await reading.connection.execute(order)).scalars())

    assert await office.claim("a", limit=4) == told[:4]
    assert await office.claim("b", limit=4) == told[4:8]


async def test_a_relay_that_slept_through_its_claim_marks_nothing(office: Office) -> None:
    await office.tell(3)
    slow = await office.claim("slow")
    office.clock.advance(seconds=30)
    quick = await office.claim("quick")
    assert quick == slow

    assert await office.mark(slow, "slow") == 0
    await office.do(
        lambda work: outbox.put_back(
            work, slow, owner="slow", until=work.at + TTL, error="late", is_counted=True
        )
    )
    assert await office.mark(quick, "quick") == 3
    assert await office.mark(quick, "quick") == 0

    async with office.database.reading() as reading:
        rows = (await reading.connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))).all()
    assert [(row.state, row.seq, row.attempts, row.last_error) for row in rows] == [
        ("sent", number, 2, None) for number in (1, 2, 3)
    ]


async def test_relays_that_mark_at_the_same_moment_give_numbers_without_gaps(office: Office) -> None:
    await office.tell(60)
    claims = {owner: await office.claim(owner, limit=6) for owner in "abcdefghij"}

    marked = await asyncio.gather(*(office.mark(claim, owner) for owner, claim in claims.items()))

    assert marked == [6] * 10
    async with office.database.reading() as reading:
        numbers = (await reading.connection.execute(select(tables.outbox.c.seq))).scalars().all()
    assert sorted(numbers) == list(range(1, 61))


async def test_an_event_that_was_given_back_is_claimed_again_when_it_is_due(office: Office) -> None:
    await office.tell(1)
    mine = await office.claim("a")
    await office.do(
        lambda work: outbox.put_back(
            work, mine, owner="a", until=work.at + TTL, error="no broker", is_counted=False
        )
    )

    assert await office.claim("a") == []
    office.clock.advance(seconds=30)
    assert await office.claim("b") == mine


async def test_a_row_whose_body_is_damaged_is_parked_and_the_others_are_numbered(office: Office) -> None:
    await office.tell(3)
    mine = await office.claim("a")

    await office.do(lambda work: refusals.park(work, mine[1], owner="a", error="event_unreadable"))
    assert await office.mark(mine, "a") == 2

    async with office.database.reading() as reading:
        rows = (await reading.connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))).all()
        pending = await outbox.pending(reading)
    assert [(row.state, row.seq) for row in rows] == [("sent", 1), ("parked", None), ("sent", 2)]
    assert (pending.count, pending.oldest, pending.parked) == (0, None, 1)


async def test_what_waits_is_counted_with_its_age(office: Office) -> None:
    told_at = office.clock.now()
    await office.tell(2)
    office.clock.advance(minutes=5)
    await office.tell(1)

    async with office.database.reading() as reading:
        pending = await outbox.pending(reading)

    assert (pending.count, pending.oldest) == (3, told_at)


async def test_claims_of_a_process_that_died_can_be_freed_at_once(office: Office) -> None:
    await office.tell(1)
    await office.deliver(1)
    mine, hers = await office.claim("dead"), await office.take("dead")

    await office.do(outbox.release_claims)
    await office.do(deliveries.release_claims)

    assert await office.claim("a") == mine
    assert [again.id for again in await office.take("a")] == [delivery.id for delivery in hers]


async def test_three_workers_never_claim_the_same_delivery(office: Office) -> None:
    await office.deliver(100)

    async def take_all(owner: str) -> list[int]:
        mine: list[int] = []
        while some := await office.take(owner):
            mine += [delivery.id for delivery in some]
        return mine

    takes = await asyncio.gather(*(take_all(owner) for owner in ("a", "b", "c")))
    rest = [delivery.id for _ in range(5) for delivery in await office.take("d")]

    everything = [number for take in (*takes, rest) for number in take]
    assert len(everything) == len(set(everything)) == 100


async def test_an_attempt_is_counted_when_it_begins_and_not_when_it_is_given_back(office: Office) -> None:
    await office.deliver(1)
    for attempt in (1, 2, 3):
        (delivery,) = await office.take("a")
        assert delivery.attempts == attempt
        office.clock.advance(seconds=30)

    (delivery,) = await office.take("a")
    await office.do(lambda work: deliveries.give_back(work, [delivery.id], until=work.at))
    (delivery,) = await office.take("a")
    assert delivery.attempts == 4


async def test_an_event_is_left_for_a_consumer_once(office: Office) -> None:
    async with office.unit() as work:
        event = CustomerAdded(customer_id=1, email="a@example.com", version=1)
        envelope = seal(event, event_id=new_id(work.at), service="api", at=work.at)
        for consumer in (USE, USE, "mycrm.api.other.v1"):
            await deliveries.put(work, consumer=consumer, envelope=envelope, at=work.at)

    async with office.database.reading() as reading:
        assert await deliveries.counts(reading) == {"ready": 2}
        assert await deliveries.next_due(reading, USE) == office.clock.now()
        assert await deliveries.next_due(reading, "nobody") is None


async def test_an_inbox_is_entered_once_by_each_consumer_and_not_at_all_without_a_commit(
    office: Office,
) -> None:
    event_id = new_id(office.clock.now())

    async def enter(consumer: str) -> bool:
        return await office.do(lambda work: inbox.enter(work, consumer=consumer, event_id=event_id))

    async with office.database.writing("common") as connection:
        await connection.begin()
        assert await inbox.enter(Work(connection, at=office.clock.now()), consumer="a", event_id=event_id)
    assert [await enter("a"), await enter("b")] == [True, True]
    assert [await enter("a"), await enter("b")] == [False, False]
    async with office.database.reading() as reading:
        assert await inbox.has_done(reading, consumer="a", event_id=event_id)
        assert not await inbox.has_done(reading, consumer="c", event_id=event_id)


async def test_of_two_who_enter_the_inbox_at_once_one_is_second(office: Office) -> None:
    event_id = new_id(office.clock.now())

    async def enter() -> bool:
        async with office.unit() as work:
            entered = await inbox.enter(work, consumer="a", event_id=event_id)
            await asyncio.sleep(0.05)
            return entered

    assert sorted(await asyncio.gather(enter(), enter(), enter())) == [False, False, True]
