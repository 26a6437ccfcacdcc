"""Receive MyCRM's events with nothing but aio-pika: `python receive.py amqp://user:pass@host:5672/vhost`.

It binds a queue of its own to the exchange `mycrm.events`, so it takes nothing away from MyCRM, and prints one
line for each mail that was stored and each address that was checked. An event may come more than once: keep the
ids that you have done (`message_id`, the same as the CloudEvents `id`). Acknowledge when your own work is safe.
"""

import asyncio
import json
import sys

import aio_pika

TYPES = ("message.stored.v1", "customer.verified.v1")
QUEUE = "ext.example"


async def main(url: str) -> None:
    """Print events until interrupted."""
    connection = await aio_pika.connect_robust(url, heartbeat=10)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=20)
        exchange = await channel.declare_exchange("mycrm.events", aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        for event_type in TYPES:
            await queue.bind(exchange, routing_key=event_type)
        print("waiting for events", flush=True)
        async with queue.iterator() as messages:
            async for message in messages:
                event = json.loads(message.body)
                print(event["type"], event["id"], json.dumps(event["data"], ensure_ascii=False), flush=True)
                await message.ack()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
