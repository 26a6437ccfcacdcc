"""A broker in trouble: without a binding, short of memory, tired of waiting, or full of what nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aio_pika
import pytest

from mycrm_common.bus.topology import EXCHANGE
from mycrm_common.db import deliveries, outbox
from mycrm_common.events.customers import CustomerAdded, CustomerUpdated
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, leave_effect, updated
from tests.support.events import sealed
from tests.support.rabbitmq import RabbitMQServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("rabbitmq", "mariadb")


class Held:
    """A handler that begins, and leaves its effect when it is allowed to."""

    def __init__(self) -> None:
        self.begun, self.enough = 0, asyncio.Event()

    async def __call__(self, event: CustomerAdded, unit: UnitOfWork) -> None:
        self.begun += 1
        await self.enough.wait()
        async with unit() as work:
            await leave_effect(work, of="held", event=event)


@pytest.fixture
async def impatient_broker(rabbitmq_server: RabbitMQServer) -> AsyncIterator[RabbitMQServer]:
    """A broker that gives a consumer two seconds for an event, in place of half an hour."""
    await rabbitmq_server.ctl("eval", _patience(2_000, looks_every=500))
    yield rabbitmq_server
    await rabbitmq_server.ctl("eval", _patience(1_800_000, looks_every=60_000))


@pytest.fixture
async def forgetful_broker(rabbitmq_server: RabbitMQServer) -> AsyncIterator[RabbitMQServer]:
    """A broker that gets its memory back at the end."""
    yield rabbitmq_server
    await rabbitmq_server.ctl("set_vm_memory_high_watermark", "0.4")


def _patience(milliseconds: int, *, looks_every: int) -> str:
    return (
        f"application:set_env(rabbit, consumer_timeout, {milliseconds}), "
        f"application:set_env(rabbit, channel_tick_interval, {looks_every})."
    )


async def test_an_event_whose_binding_is_gone_stays_is_told_of_and_arrives_when_it_is_back(
    household: Household,
) -> None:
    """Row 8: an admin removes a binding; nobody can be asked to take the event."""
    process = household.begin()
    consumer = await process.consume("use", CustomerUpdated)
    async with await aio_pika.connect(household.bus_url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(consumer.name)
        exchange = await channel.get_exchange(EXCHANGE)
        await queue.unbind(exchange, "customer.updated.v1")
        await process.tell(updated(1))

        await process.relay_all()

        await eventually(household.logged("bus.unroutable"), what="the alert")
        [row] = await process.told()
        assert (row.state, row.seq, row.claimed_by, row.attempts) == ("new", None, None, 1)
        assert "unroutable" in row.last_error
        async with process.database.reading() as reading:
            assert (await outbox.pending(reading)).count == 1
        await queue.bind(exchange, "customer.updated.v1")

    household.clock.advance(minutes=1)
    await process.until_effects(("use", "1"))
    assert [row.state for row in await process.told()] == ["sent"]


async def test_acknowledgements_get_through_while_the_broker_takes_nothing_new(
    household: Household, forgetful_broker: RabbitMQServer
) -> None:
    """Row 10: the memory alarm blocks whoever publishes, on a connection of its own."""
    process, handle = household.begin(), Held()
    await process.consume("held", CustomerUpdated, handle=handle)
    await process.tell(*(updated(number) for number in range(5)))
    await process.relay_all()
    await eventually(lambda: handle.begun, what="the first event")

    await forgetful_broker.ctl("set_vm_memory_high_watermark", "0.000001")
    await process.tell(updated(5))
    await process.relay_all()
    assert [row.state for row in await process.told()] == ["sent"] * 5 + ["new"]

    handle.enough.set()
    vhost = household.bus_url.rpartition("/")[2]

    async def all_acknowledged() -> bool:
        listed = await forgetful_broker.ctl(
            "list_queues", "--vhost", vhost, "--no-table-headers", "name", "messages"
        )
        return "mycrm.api.held.v1\t0" in listed.splitlines()

    await eventually(all_acknowledged, what="the acknowledgements", seconds=30)
    assert len(await process.effects()) == 5

    await forgetful_broker.ctl("set_vm_memory_high_watermark", "0.4")
    household.clock.advance(minutes=2)
    await process.until_effects(*(("held", str(number)) for number in range(6)))
    assert {row.state for row in await process.told()} == {"sent"}


async def test_an_event_that_takes_too_long_comes_again_and_has_one_effect(
    household: Household, impatient_broker: RabbitMQServer
) -> None:
    """Row 15: the broker closes the channel of the slow one; the others do not notice."""
    del impatient_broker
    process, handle = household.begin(), Held()
    await process.consume("held", CustomerUpdated, handle=handle)
    await process.consume("quick", CustomerUpdated)
    await process.tell(updated(1))
    await process.relay_all()

    await eventually(lambda: handle.begun > 1, what="the second delivery", seconds=30)
    await process.tell(updated(2))
    await process.until_effects(("quick", "1"), ("quick", "2"))
    handle.enough.set()

    await process.until_effects(("quick", "1"), ("quick", "2"), ("held", "1"), ("held", "2"))
    await process.bus.stop_receiving()
    assert set((await process.effects()).values()) == {1}
    assert await process.waiting() == []


async def test_an_event_of_a_later_version_is_parked_with_the_reason_and_the_next_one_arrives(
    household: Household,
) -> None:
    """Row 17: a type that this version does not know."""
    process = household.begin()
    await process.consume("use", CustomerUpdated)
    known, good = sealed(updated(1)), sealed(updated(2))
    later = replace(known, body=known.body.replace(b"customer.updated.v1", b"customer.updated.v9"))

    await process.bus.publish([later, good])

    await process.until_effects(("use", "2"))
    [row] = await eventually(process.waiting, what="the parked event")
    assert (row.event_id, row.state) == (known.id, deliveries.PARKED)
    assert "v9" in row.last_error
