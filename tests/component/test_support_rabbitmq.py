"""The private RabbitMQ that other tests stand on."""

import aio_pika
import pytest

from tests.support.process import is_alive
from tests.support.rabbitmq import RabbitMQServer, rabbitmq

pytestmark = pytest.mark.servers("rabbitmq")


async def test_virtual_hosts_are_fresh_and_apart(rabbitmq_server: RabbitMQServer) -> None:
    first, second = [await rabbitmq_server.create_vhost() for _ in range(2)]
    async with await aio_pika.connect(rabbitmq_server.url(first)) as connection:
        channel = await connection.channel()
        await channel.declare_queue("a queue", durable=True)
    assert "a queue" in await rabbitmq_server.ctl("list_queues", "-p", first, "name")
    assert "a queue" not in await rabbitmq_server.ctl("list_queues", "-p", second, "name")


async def test_a_confirmed_message_survives_a_kill(
    rabbitmq_server: RabbitMQServer, rabbitmq_url: str
) -> None:
    async with await aio_pika.connect(rabbitmq_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(b"keep me", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept")
    await rabbitmq_server.settle()
    rabbitmq_server.kill()
    assert not await rabbitmq_server.answers()
    await rabbitmq_server.start()
    async with await aio_pika.connect(rabbitmq_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        # A quorum queue first chooses its leader; a consumer waits for that, a get would not.
        async with queue.iterator(timeout=30) as messages:
            kept = await anext(messages)
            await kept.ack()
    assert kept.body == b"keep me"


async def test_the_broker_and_its_name_server_are_gone_afterwards() -> None:
    async with rabbitmq() as server:
        assert all(is_alive(pid) for pid in server.pids)
    assert not any(is_alive(pid) for pid in server.pids)
