"""An event that ends every process which tries it is set aside in the end, and costs its neighbours nothing."""

import pytest

from mycrm_common.bus.retry import MOST_ATTEMPTS
from mycrm_common.consumers import Consumer
from mycrm_common.crash import CrashPoints
from mycrm_common.db import deliveries
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.metrics import Metrics
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, Process, added, leave_effect

NAME = "mycrm.api.use.v1"


class DeathError(BaseException):
    """What no handler of errors sees, as it would not see a SIGKILL."""


async def _handle(event: CustomerAdded, unit: UnitOfWork) -> None:
    if event.customer_id == 1:
        raise DeathError
    async with unit() as work:
        await leave_effect(work, of="use", event=event)


def _consumer(process: Process) -> Consumer:
    return Consumer(
        NAME,
        _handle,
        unit=process.unit,
        reading=process.database.reading,
        clock=process.clock,
        crash=CrashPoints(),
        log=process.log,
        owner="whoever lives now",
        metrics=Metrics(),
    )


@pytest.mark.parametrize("pair", ["local"], indirect=True)
async def test_a_killer_is_parked_alone(household: Household) -> None:
    process = household.begin()
    consumer = _consumer(process)
    receive = consumer.receiver(bus_holds_events=False)
    await process.bus.subscribe(NAME, [CustomerAdded.event_type], receive)
    await process.tell(*(added(number) for number in range(1, 6)))
    await process.relay_all()

    deaths = 0
    while True:
        try:
            if not await consumer.do_due():
                break
        except DeathError:
            deaths += 1
            assert deaths <= MOST_ATTEMPTS
            async with process.unit() as work:
                await deliveries.release_claims(work)
            consumer = _consumer(process)

    assert deaths == MOST_ATTEMPTS
    assert sorted(await process.effects()) == [("use", str(number)) for number in range(2, 6)]
    (left,) = await process.waiting()
    assert left.state == "parked"
    assert "event_given_up" in left.last_error
