"""Events that go from hand to hand: as safe as those that are claimed from the outbox."""

from collections.abc import Sequence
from datetime import timedelta

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Bus, Published
from mycrm_common.crash import CrashPoints
from mycrm_common.db import outbox
from mycrm_common.db.engine import Database
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.handover import LEASE, Handover
from mycrm_common.logs import LogShelf, open_logs
from mycrm_common.metrics import Metrics
from mycrm_common.relay import Relay
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from tests.contract.household import for_the_feed
from tests.support.clock import FakeClock
from tests.support.waiting import eventually


class _RefusingBus(LocalBus):
    """A bus whose broker is away."""

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        del envelopes
        return Published()


def _process(
    database: Database, clock: FakeClock, *, owner: str, bus: Bus | None = None
) -> tuple[SqlUnits, Relay, Handover]:
    handover, fresh = Handover(owner=owner), Wake()
    units = SqlUnits(
        database, service="api", clock=clock, crash=CrashPoints(), told=fresh.nudge, handover=handover
    )
    relay = Relay(
        bus=bus or LocalBus(),
        unit=SqlUnits(database, service="common", clock=clock, crash=CrashPoints()),
        clock=clock,
        crash=CrashPoints(),
        log=open_logs(level="error", clock=clock, shelf=LogShelf()),
        owner=owner,
        wake=Wake(),
        metrics=Metrics(),
        fresh=fresh,
        handover=handover,
    )
    return units, relay, handover


async def _waiting(database: Database) -> int:
    async with database.reading() as reading:
        return (await outbox.pending(reading)).count


async def test_fresh_events_are_carried_without_being_claimed_again(database: Database) -> None:
    units, relay, handover = _process(database, FakeClock(), owner="first")
    nursery = TaskNursery()
    nursery.start(relay.run(), name="relay")
    await eventually(lambda: handover.is_open, what="the relay runs")

    for _ in range(5):
        async with units() as work:
            work.tell(for_the_feed(7))

    await eventually(lambda: _is_drained(database), what="all is sent")
    await relay.stop()
    await nursery.close()


async def _is_drained(database: Database) -> bool:
    return await _waiting(database) == 0


async def test_what_a_dead_process_had_in_hand_is_carried_by_another_when_its_claim_ends(
    database: Database,
) -> None:
    clock = FakeClock()
    units, _, handover = _process(database, clock, owner="dies")
    handover.is_open = True
    async with units() as work:
        work.tell(for_the_feed(7))
    _, other, _ = _process(database, clock, owner="lives")

    before = await other.relay_some()
    clock.advance(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
    after = await other.relay_some()

    assert (before, after, await _waiting(database)) == (0, 1, 0)


async def test_a_relay_that_stops_frees_what_it_had_in_hand(database: Database) -> None:
    clock = FakeClock()
    units, relay, handover = _process(database, clock, owner="stops")
    handover.is_open = True
    async with units() as work:
        work.tell(for_the_feed(7))

    await relay.stop()
    _, other, _ = _process(database, clock, owner="lives")

    assert await other.relay_some() == 1


async def test_while_the_bus_refuses_events_wait_in_the_outbox_and_not_in_memory(database: Database) -> None:
    units, relay, handover = _process(database, FakeClock(), owner="refused", bus=_RefusingBus())
    nursery = TaskNursery()
    nursery.start(relay.run(), name="relay")
    await eventually(lambda: handover.is_open, what="the relay runs")
    async with units() as work:
        work.tell(for_the_feed(7))
    await eventually(lambda: not handover.is_open, what="the relay sees the refusal")

    async with units() as work:
        work.tell(for_the_feed(7))

    assert handover.take(10) == []
    assert await _waiting(database) == 2
    await relay.stop()
    await nursery.close()
