"""Events that the bus does not take: waited for, counted where it is their own fault, and set aside in the end."""

import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Published, unroutable
from mycrm_common.bus.retry import MOST_REFUSALS
from mycrm_common.db import deliveries, outbox, refusals
from mycrm_common.db.tables import events as tables
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.handover import LEASE
from tests.contract.household import Household, Process, updated
from tests.support.events import sealed

REASON = unroutable("customer.updated.v1")


class PickyBus(LocalBus):
    """Will not take some customers' events as they are; may be away altogether."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused, self.is_away, self.tries = set(refused), False, 0

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Hold what is liked."""
        self.tries += 1
        if self.is_away:
            return Published()
        disliked = [envelope for envelope in envelopes if envelope.subject in self.refused]
        liked = frozenset(envelope.id for envelope in envelopes if envelope not in disliked)
        return Published(held=liked, refused={envelope.id: REASON for envelope in disliked})


@pytest.fixture
def process(household: Household) -> Process:
    """A process whose bus is picky."""
    begun = household.begin()
    begun.bus = PickyBus("1")
    return begun


def _picky(process: Process) -> PickyBus:
    assert isinstance(process.bus, PickyBus)
    return process.bus


async def _rows(process: Process) -> list[Any]:
    return [row for row in await process.told() if row.state != outbox.SENT]


async def _until_parked(process: Process) -> list[float]:
    """Try until nothing waits any more, and return how long the event was made to wait each time."""
    waits = []
    while (await _rows(process))[0].state == outbox.NEW:
        await process.relay_all()
        [row] = await _rows(process)
        if row.state == outbox.NEW:
            waits.append((row.available_at - process.clock.now()).total_seconds())
            process.clock.advance(seconds=waits[-1])
    return waits


async def test_a_refused_event_waits_longer_each_time_and_is_parked_after_twenty(process: Process) -> None:
    await process.tell(updated(1), updated(2))

    waits = await _until_parked(process)

    assert len(waits) == MOST_REFUSALS - 1 == 19
    for number, wait in enumerate(waits, 1):
        longest = min(2**number, 3_600)
        assert longest / 2 <= wait <= longest
    [parked] = await _rows(process)
    assert (parked.subject, parked.attempts, parked.last_error) == ("1", MOST_REFUSALS, REASON)
    process.clock.advance(days=30)
    tries = _picky(process).tries
    await process.relay_all()
    assert _picky(process).tries == tries


async def test_a_bus_that_is_away_counts_against_no_event(process: Process) -> None:
    _picky(process).is_away = True
    await process.tell(updated(1), updated(2))

    for _ in range(3 * MOST_REFUSALS):
        await process.relay_all()
        process.clock.advance(minutes=1)

    assert [(row.state, row.attempts) for row in await _rows(process)] == [("new", 0)] * 2
    assert _picky(process).tries == 3 * MOST_REFUSALS


async def test_a_parked_event_lies_among_all_that_is_parked_and_can_be_tried_again(process: Process) -> None:
    await process.tell(updated(1))
    await _until_parked(process)
    [found] = await process.waiting()
    assert (found.consumer, found.state, found.type) == (refusals.PUBLISHING, "parked", "customer.updated.v1")
    assert found.last_error == REASON
    async with process.database.reading() as reading:
        waits = await outbox.pending(reading)
    assert (waits.count, waits.parked) == (0, 1)
    assert await process.relay().revive_some() == 0

    _picky(process).refused.clear()
    await _let_it_be_tried_again(process)

    assert await process.relay().revive_some() == 1
    assert await process.waiting() == []
    await process.relay_all()
    assert [(row.state, row.seq) for row in await process.told()] == [("sent", 1)]


async def test_an_event_that_is_tried_again_in_vain_is_parked_again(process: Process) -> None:
    await process.tell(updated(1))
    for _ in range(2):
        await _until_parked(process)
        [found] = await process.waiting()
        assert (found.state, found.attempts) == ("parked", MOST_REFUSALS)
        await _let_it_be_tried_again(process)
        assert await process.relay().revive_some() == 1


async def _let_it_be_tried_again(process: Process) -> None:
    """Do what the API does when a person asks for it."""
    async with process.unit() as work:
        await work.connection.execute(
            update(tables.deliveries)
            .where(tables.deliveries.c.state == deliveries.PARKED)
            .values(state=deliveries.READY, attempts=0, available_at=work.at, claimed_by=None)
        )


async def test_an_event_that_ends_every_process_which_takes_it_up_is_parked(process: Process) -> None:
    await process.tell(updated(2))
    for _ in range(MOST_REFUSALS):
        async with process.unit() as work:
            assert await outbox.claim(work, owner="dies", limit=10, lease=LEASE)
        process.clock.advance(minutes=1)

    await process.relay_all()

    [row] = await _rows(process)
    assert row.state == outbox.PARKED
    assert "again and again" in row.last_error


async def test_events_for_whom_somebody_has_come_are_tried_at_once(process: Process) -> None:
    await process.tell(updated(1))
    for _ in range(8):
        await process.relay_all()
        [row] = await _rows(process)
        process.clock.advance(seconds=(row.available_at - process.clock.now()).total_seconds())
    await process.relay_all()
    _picky(process).refused.clear()

    async with process.unit() as work:
        await refusals.hasten(work, ["customer.added.v1"])
    await process.relay_all()
    assert len(await _rows(process)) == 1, "somebody else has come"
    async with process.unit() as work:
        await refusals.hasten(work, ["customer.updated.v1"])
    await process.relay_all()

    assert await _rows(process) == []


async def test_parked_events_that_nobody_was_there_for_are_taken_up_again_when_somebody_has_come(
    process: Process,
) -> None:
    await process.tell(updated(1))
    await _until_parked(process)
    async with process.unit() as work:
        await refusals.hasten(work, ["customer.added.v1"])
    assert await process.relay().revive_some() == 0

    _picky(process).refused.clear()
    async with process.unit() as work:
        await refusals.hasten(work, ["customer.updated.v1"])

    assert await process.relay().revive_some() == 1
    await process.relay_all()
    assert await _rows(process) == []


@pytest.mark.servers("rabbitmq", "mariadb")
async def test_an_event_that_fits_into_no_frame_is_refused_and_holds_up_no_other(
    broker_household: Household,
) -> None:
    process = broker_household.begin()
    await process.consume("use", CustomerUpdated)
    # The protocol counts seconds since 1970.
    bad = replace(sealed(updated(1)), time=datetime(1, 1, 1, tzinfo=UTC))
    good = sealed(updated(2))

    published = await process.bus.publish([bad, good])

    assert published.held == {good.id}
    assert list(published.refused) == [bad.id]
    assert struct.error.__name__ in published.refused[bad.id]
    await process.until_effects(("use", "2"))
