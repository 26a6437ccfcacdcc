"""The lanes of one relay: each is a claimer of its own."""

import asyncio
from collections.abc import Sequence

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Published
from mycrm_common.crash import CrashPoints
from mycrm_common.ids import new_id
from mycrm_common.metrics import Metrics
from mycrm_common.relay import Relay
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from tests.contract.household import Household, updated
from tests.support.waiting import eventually


class SlowBus(LocalBus):
    """Keeps each caller waiting until the test lets it go, with an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.callers: list[asyncio.Future[Published]] = []

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Wait for the test's answer."""
        del envelopes
        self.callers.append(asyncio.get_running_loop().create_future())
        return await self.callers[-1]


async def test_a_lane_that_slept_through_its_claim_leaves_the_other_lane_alone(household: Household) -> None:
    process = household.begin()
    process.bus = bus = SlowBus()
    wake, nursery = Wake(), TaskNursery()
    relay = Relay(
        bus=bus,
        unit=process.unit,
        clock=process.clock,
        crash=CrashPoints(),
        log=process.log,
        owner=new_id(process.clock.now()),
        wake=wake,
        metrics=Metrics(),
        lanes=2,
    )
    await process.tell(updated(1))
    nursery.start(relay.run(), name="relay")
    await eventually(lambda: len(bus.callers) == 1, what="the first lane")
    [first] = [row.claimed_by for row in await process.told()]
    process.clock.advance(seconds=31)
    wake.nudge()
    await eventually(lambda: len(bus.callers) == 2, what="the second lane")
    [second] = [row.claimed_by for row in await process.told()]
    assert first != second

    bus.callers[0].set_result(Published())
    await asyncio.sleep(0.3)  # Whatever the first lane still does, it does now.
    assert [(row.state, row.claimed_by, row.attempts) for row in await process.told()] == [("new", second, 2)]

    [event_id] = [row.event_id for row in await process.told()]
    bus.callers[1].set_result(Published(held=frozenset({event_id})))

    async def is_sent() -> bool:
        return [(row.state, row.seq) for row in await process.told()] == [("sent", 1)]

    await eventually(is_sent, what="the second lane's mark")
    await relay.stop()
    await nursery.close()
