"""What only a broker can do, or do wrong."""

import asyncio
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from mycrm_common.bus.rabbit import RabbitBus
from mycrm_common.bus.topology import EXCHANGE, PARKED
from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, Process, added, for_the_feed, leave_effect, updated
from tests.support.mariadb import MariaDBServer
from tests.support.rabbitmq import RabbitMQServer
from tests.support.tcp_proxy import tcp_proxy
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("rabbitmq", "mariadb")


async def _publish_raw(url: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        exchange = await channel.get_exchange(EXCHANGE)
        await exchange.publish(aio_pika.Message(body, message_id="x"), "customer.added.v1")


async def _take_parked(url: str) -> AbstractIncomingMessage:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(PARKED)

        async def first() -> AbstractIncomingMessage | None:
            return await queue.get(fail=False)

        message = await eventually(first, what="a parked body")
        await message.ack()
        return message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00 no json",
        b"[]",
        b'{"specversion":"1.0"}',
        b'{"specversion":"1.0","id":"%s","type":"customer.added.v1","source":"/x","time":"2026-01-01T00:00:00Z","data":{}}'
        % (b"longer than the inbox can remember " * 2),
    ],
)
async def test_a_body_that_nobody_can_read_is_parked_with_the_reason_and_the_queue_moves_on(
    broker_household: Household, body: bytes
) -> None:
    process = broker_household.begin()
    await process.consume("use", CustomerAdded)

    await _publish_raw(broker_household.bus_url, body)
    await process.tell(added(1))

    await process.until_effects(("use", "1"))
    parked = await _take_parked(broker_household.bus_url)
    assert parked.body == body
    assert parked.headers["mycrm-consumer"] == "mycrm.api.use.v1"
    assert parked.headers["mycrm-reason"]
    assert await process.waiting() == []


async def test_an_event_that_is_told_for_the_feed_alone_needs_no_queue(broker_household: Household) -> None:
    process = broker_household.begin()
    await process.tell(for_the_feed(1))
    await process.relay_all()

    assert [(row.state, row.seq) for row in await process.told()] == [("sent", 1)]


async def test_a_queue_with_other_arguments_stops_the_start_and_is_named(broker_household: Household) -> None:
    async with (
        await aio_pika.connect(broker_household.bus_url) as connection,
        connection.channel() as channel,
    ):
        await channel.declare_queue("mycrm.api.use.v1", durable=True)

    process = broker_household.begin()
    with pytest.raises(StartError) as caught:
        await process.consume("use", CustomerAdded)

    assert caught.value.code == "queue_arguments_differ"
    assert caught.value.values["name"] == "mycrm.api.use.v1"
    assert "x-" in str(caught.value.values["reason"])


@pytest.mark.parametrize("change", [("correct-horse", "wrong-horse"), ("/test-", "/no-such-host-")])
async def test_a_broker_that_refuses_us_stops_the_start_without_the_password(
    broker_household: Household, change: tuple[str, str]
) -> None:
    broker_household.bus_url = broker_household.bus_url.replace(*change)
    process = broker_household.begin()

    with pytest.raises(StartError) as caught:
        await process.consume("use", CustomerAdded)

    assert caught.value.code == "bus_refused"
    assert "horse" not in str(caught.value)


@pytest.mark.parametrize("url", ["amqp://", "amqp://u:hidden@h:99999/v", "amqp://u:hidden@:5672/"])
async def test_a_malformed_url_stops_the_start_without_the_password(
    broker_household: Household, url: str
) -> None:
    broker_household.bus_url = url
    with pytest.raises(StartError) as caught:
        broker_household.begin()

    assert caught.value.code == "bus_url_invalid"
    assert "hidden" not in str(caught.value)


async def test_a_queue_that_an_admin_deletes_is_made_again(broker_household: Household) -> None:
    process = broker_household.begin()
    await process.consume("use", CustomerUpdated)
    await process.tell(updated(1))
    await process.until_effects(("use", "1"))

    async with (
        await aio_pika.connect(broker_household.bus_url) as connection,
        connection.channel() as channel,
    ):
        await channel.queue_delete("mycrm.api.use.v1")
    await process.tell(updated(2))

    async def arrived() -> bool:
        broker_household.clock.advance(minutes=2)
        await process.relay_all()
        return len(await process.effects()) == 2

    await eventually(arrived, what="the event after the deletion", seconds=20)


async def test_a_database_that_is_away_pauses_the_consumer_and_nothing_is_parked(
    broker_household: Household, mariadb_server: MariaDBServer
) -> None:
    process = broker_household.begin()
    begun, enough = asyncio.Event(), asyncio.Event()

    async def wait_first(event: CustomerAdded, unit: UnitOfWork) -> None:
        begun.set()
        await enough.wait()
        async with unit() as work:
            await leave_effect(work, of="use", event=event)

    await process.consume("use", CustomerAdded, handle=wait_first)
    await process.tell(*(added(number) for number in range(30)))
    await process.relay_all()
    await asyncio.wait_for(begun.wait(), 10)

    mariadb_server.kill()
    enough.set()
    await eventually(broker_household.logged("feed.paused"), what="the pause")
    await asyncio.sleep(3)
    await mariadb_server.start()

    await process.until_effects(*(("use", str(number)) for number in range(30)))
    assert await process.waiting() == []
    assert await _ready(broker_household.bus_url, PARKED) == 0


async def test_a_killed_broker_loses_nothing_and_is_waited_for(
    broker_household: Household, rabbitmq_server: RabbitMQServer
) -> None:
    process = broker_household.begin()
    begun, enough = asyncio.Event(), asyncio.Event()

    async def wait_for_the_kill(event: CustomerAdded, unit: UnitOfWork) -> None:
        async with unit() as work:
            await leave_effect(work, of="use", event=event)
            begun.set()
            await enough.wait()

    await process.consume("use", CustomerAdded, handle=wait_for_the_kill)
    await rabbitmq_server.settle()
    await process.tell(*(added(number) for number in range(20)))
    await process.relay_all()
    await asyncio.wait_for(begun.wait(), 10)

    rabbitmq_server.kill()
    enough.set()
    await process.tell(*(added(number) for number in range(20, 40)))
    await process.relay_all()
    with pytest.raises(MyCRMError) as caught:
        await process.bus.ping()
    assert caught.value.code == "bus_unavailable"
    late = broker_household.begin()
    starting = asyncio.gather(late.consume("late", CustomerAdded, CustomerDeleted))
    await asyncio.sleep(1)
    assert not starting.done(), "a start waits for the broker"
    await rabbitmq_server.start()
    await starting

    broker_household.clock.advance(minutes=2)
    await eventually(lambda: _done_by(process, "use", 40), what="all effects", seconds=40)
    assert set((await process.effects()).values()) == {1}
    assert {row.state for row in await process.told()} == {"sent"}
    await process.bus.ping()


async def test_a_confirm_that_does_not_come_is_given_up_after_five_seconds_and_has_one_effect(
    broker_household: Household, rabbitmq_server: RabbitMQServer
) -> None:
    consuming = broker_household.begin()
    await consuming.consume("use", CustomerAdded)
    direct = broker_household.bus_url
    async with tcp_proxy(rabbitmq_server.host, rabbitmq_server.port) as proxy:
        broker_household.bus_url = direct.replace(f":{rabbitmq_server.port}", f":{proxy.port}")
        process = broker_household.begin()
        await process.bus.ping()
        proxy.down.hold()
        await process.tell(added(1))
        before = asyncio.get_running_loop().time()
        await process.relay_all()
        assert 4.5 < asyncio.get_running_loop().time() - before < 12
        assert [row.state for row in await process.told()] == ["new"]
        proxy.down.heal()

        broker_household.clock.advance(minutes=2)
        await process.relay_all()
        assert [row.state for row in await process.told()] == ["sent"]
        await consuming.until_effects(("use", "1"))
        await broker_household.end(process)


async def test_events_that_are_rejected_too_often_are_parked_by_the_broker(
    broker_household: Household,
) -> None:
    process = broker_household.begin()
    bus = process.bus
    assert isinstance(bus, RabbitBus)
    seen: list[bytes] = []

    async def never(body: bytes) -> None:
        seen.append(body)
        raise ValueError("a bug of the consumer runtime itself")

    await bus.subscribe("mycrm.api.buggy.v1", ["customer.added.v1"], never)
    await process.tell(added(1))
    await process.relay_all()

    parked = await eventually(
        lambda: _peek(broker_household.bus_url), what="the delivery limit", seconds=40, every_seconds=1
    )
    assert parked.headers["x-first-death-queue"] == "mycrm.api.buggy.v1"
    assert len(seen) == 21


async def _peek(url: str) -> Any:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(PARKED)
        return await queue.get(fail=False, no_ack=True)


async def _ready(url: str, name: str) -> int | None:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(name, passive=True)
        return queue.declaration_result.message_count


async def _done_by(process: Process, use: str, count: int) -> bool:
    await process.relay_all()
    return len([1 for by, _ in await process.effects() if by == use]) == count
