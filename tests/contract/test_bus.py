"""What every bus promises, asked through the real relay and the real consumers."""

import asyncio
from dataclasses import replace
from typing import Any

from mycrm_common.bus.codec import seal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.db import deliveries
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.events.registry import Event
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, Process, added, deleted, leave_effect, updated
from tests.support.waiting import eventually


def _sealed(process: Process, event: Event) -> Envelope:
    at = process.clock.now()
    return seal(event, event_id=new_id(at), service="api", at=at)


class Failing:
    """A handler that fails some times and then leaves its effect."""

    def __init__(self, times: int) -> None:
        self.times, self.tried = times, 0

    async def __call__(self, event: CustomerAdded, unit: UnitOfWork) -> None:
        self.tried += 1
        async with unit() as work:
            await leave_effect(work, of="failing", event=event)
            if self.tried <= self.times:
                raise RuntimeError(f"attempt {self.tried} went wrong")


async def test_a_told_event_reaches_each_consumer_of_its_type_once(household: Household) -> None:
    process = household.begin()
    await process.consume("first", CustomerAdded)
    await process.consume("second", CustomerAdded, CustomerDeleted)

    await process.tell(added(1), added(2))

    await process.until_effects(("first", "1"), ("first", "2"), ("second", "1"), ("second", "2"))


async def test_events_of_other_types_do_not_arrive(household: Household) -> None:
    process = household.begin()
    await process.consume("additions", CustomerAdded)
    await process.consume("deletions", CustomerDeleted)

    await process.tell(deleted(1), added(2), deleted(3), added(4))

    await process.until_effects(
        ("additions", "2"), ("additions", "4"), ("deletions", "1"), ("deletions", "3")
    )
    assert len(await process.done()) == 4


async def test_a_transaction_that_is_rolled_back_tells_nothing(household: Household) -> None:
    process = household.begin()
    await process.consume("use", CustomerAdded)

    try:
        async with process.unit() as work:
            work.tell(added(1))
            raise RuntimeError("the customer is refused")  # noqa: TRY301 - the block is what is tested
    except RuntimeError:
        pass
    await process.tell(added(2))

    await process.until_effects(("use", "2"))
    assert len(await process.told()) == 1


async def test_an_event_that_is_published_twice_has_one_effect(household: Household) -> None:
    process = household.begin()
    await process.consume("use", CustomerAdded)
    twice = _sealed(process, added(1))

    for envelope in (twice, twice, _sealed(process, added(2)), twice):
        published = await process.bus.publish([envelope])
        assert published.held == {envelope.id}

    await process.until_effects(("use", "1"), ("use", "2"))
    await process.bus.stop_receiving()
    await process.until_effects(("use", "1"), ("use", "2"))


async def test_a_handler_that_fails_twice_and_then_works_has_its_effect_once(household: Household) -> None:
    process = household.begin()
    handle = Failing(2)
    consumer = await process.consume("failing", CustomerAdded, handle=handle)
    await process.tell(added(1))
    await process.relay_all()

    for attempt, seconds in ((1, 5), (2, 30)):
        row = await _after_attempt(process, attempt)
        assert (row.state, row.claimed_by) == (deliveries.READY, None)
        assert f"attempt {attempt} went wrong" in row.last_error
        assert seconds <= (row.available_at - household.clock.now()).total_seconds() <= seconds * 1.2
        assert await process.effects() == {}
        household.clock.advance(seconds=seconds * 1.2)
        await consumer.do_due()

    await process.until_effects(("failing", "1"))
    assert handle.tried == 3
    assert await process.waiting() == []


async def test_a_handler_that_always_fails_is_parked_with_the_reason(household: Household) -> None:
    process = household.begin()
    handle = Failing(1_000)
    consumer = await process.consume("failing", CustomerAdded, handle=handle)
    await process.tell(added(1))
    await process.relay_all()

    for attempt in range(1, 6):
        await _after_attempt(process, attempt)
        household.clock.advance(hours=3)
        await consumer.do_due()

    row = await _after_attempt(process, 6)
    assert row.state == deliveries.PARKED
    assert "RuntimeError: attempt 6 went wrong" in row.last_error
    household.clock.advance(days=30)
    assert await consumer.do_due() == 0
    assert handle.tried == 6
    assert await process.effects() == {}


async def test_an_event_that_lacks_a_field_is_parked_and_the_next_one_arrives(household: Household) -> None:
    process = household.begin()
    await process.consume("use", CustomerAdded)
    good = _sealed(process, added(1))
    broken = replace(good, id=new_id(household.clock.now()))
    broken = replace(broken, body=good.body.replace(good.id.encode(), broken.id.encode()))
    broken = replace(broken, body=broken.body.replace(b'"email":', b'"post":'))

    await process.bus.publish([broken, good])

    await process.until_effects(("use", "1"))
    row = await _after_attempt(process, 1)
    assert (row.event_id, row.state) == (broken.id, deliveries.PARKED)
    assert "event_unreadable" in row.last_error
    assert "email" in row.last_error


async def test_a_slow_consumer_delays_no_other(household: Household) -> None:
    process = household.begin()
    enough = asyncio.Event()

    async def slowly(event: CustomerAdded, unit: UnitOfWork) -> None:
        await enough.wait()
        async with unit() as work:
            await leave_effect(work, of="slow", event=event)

    await process.consume("slow", CustomerAdded, handle=slowly)
    await process.consume("quick", CustomerAdded)

    await process.tell(*(added(number) for number in range(30)))

    quick = [("quick", str(number)) for number in range(30)]
    await process.until_effects(*quick)
    enough.set()
    await process.until_effects(*quick, *(("slow", str(number)) for number in range(30)))


async def test_a_consumer_that_stops_finishes_what_is_in_its_hands(household: Household) -> None:
    process = household.begin()
    begun, enough = asyncio.Event(), asyncio.Event()

    async def slowly(event: CustomerAdded, unit: UnitOfWork) -> None:
        async with unit() as work:
            await leave_effect(work, of="slow", event=event)
            begun.set()
            await enough.wait()

    await process.consume("slow", CustomerAdded, handle=slowly)
    await process.tell(added(1))
    await process.relay_all()
    await asyncio.wait_for(begun.wait(), 10)

    ending = asyncio.gather(household.end(process))
    await asyncio.sleep(0.2)
    assert not ending.done()
    enough.set()
    await ending

    again = household.begin()
    assert await again.effects() == {("slow", "1"): 1}
    assert len(await again.done()) == 1
    assert await again.waiting() == []


async def test_what_a_stopping_consumer_has_not_begun_is_done_after_the_restart(household: Household) -> None:
    process = household.begin()
    begun, enough = asyncio.Event(), asyncio.Event()

    async def slowly(event: CustomerAdded, unit: UnitOfWork) -> None:
        begun.set()
        await enough.wait()
        async with unit() as work:
            await leave_effect(work, of="use", event=event)

    await process.consume("use", CustomerAdded, handle=slowly)
    await process.tell(*(added(number) for number in range(25)))
    await process.relay_all()
    await asyncio.wait_for(begun.wait(), 10)
    ending = asyncio.gather(household.end(process))
    await asyncio.sleep(0.2)
    enough.set()
    await ending

    again = household.begin()
    early = await again.effects()
    assert 0 < len(early) < 25
    await again.consume("use", CustomerAdded)
    await again.until_effects(*(("use", str(number)) for number in range(25)))


async def test_events_told_while_a_consumer_is_down_arrive_when_it_is_back(household: Household) -> None:
    first = household.begin()
    await first.consume("use", CustomerAdded)
    await first.tell(added(1))
    await first.until_effects(("use", "1"))
    await household.end(first)

    teller = household.begin()
    await teller.tell(added(2), added(3))
    if household.bus_holds_events:
        await teller.relay_all()
    await household.end(teller)

    again = household.begin()
    await again.consume("use", CustomerAdded)
    await again.until_effects(("use", "1"), ("use", "2"), ("use", "3"))


async def test_several_relays_give_numbers_without_gaps_or_repetition(household: Household) -> None:
    process = household.begin()
    await process.consume("use", CustomerAdded)
    for start in range(0, 200, 20):
        await process.tell(*(added(number) for number in range(start, start + 20)))

    await asyncio.gather(*(process.relay_all() for _ in range(4)))
    await process.relay_all()

    rows = await process.told()
    assert {row.state for row in rows} == {"sent"}
    assert sorted(row.seq for row in rows) == list(range(1, 201))
    await process.until_effects(*(("use", str(number)) for number in range(200)))


async def _after_attempt(process: Process, number: int) -> Any:
    """Return the one delivery row, once that many attempts have ended."""

    async def there() -> object:
        rows = await process.waiting()
        return rows[0] if rows and rows[0].attempts == number and rows[0].claimed_by is None else None

    return await eventually(there, what=f"the end of attempt {number}")


async def test_an_event_without_a_consumer_stays_in_the_outbox_until_it_has_started(
    household: Household,
) -> None:
    process = household.begin()
    await process.tell(updated(1))
    await process.relay_all()
    assert [row.state for row in await process.told()] == ["new"]

    await process.consume("use", CustomerUpdated)
    household.clock.advance(minutes=2)

    await process.until_effects(("use", "1"))
    assert [row.state for row in await process.told()] == ["sent"]
