"""Events over RabbitMQ and MariaDB, beside bare aio-pika on the same broker in the same run.

Drain: committed outbox rows carried by one relay, against publishing the same bytes with confirms at the same
window. Way: from the commit that tells an event to the effect of its consumer at 50 events a second, against a
bare publish and consume. Ours and the bare one take turns, so that both meet the same machine; of the ratios of
all turns the median counts.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aio_pika
from sqlalchemy import select

from mycrm_common.bus.codec import seal
from mycrm_common.bus.rabbit import RabbitBus
from mycrm_common.clock import SystemClock
from mycrm_common.consumers import Consumer
from mycrm_common.crash import CrashPoints
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.outbox import NEW
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.handover import Handover
from mycrm_common.ids import new_id
from mycrm_common.logs import LogShelf, open_logs
from mycrm_common.metrics import Metrics
from mycrm_common.relay import Relay
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import UnitOfWork
from tests.bench.rows import row
from tests.support.mariadb import MariaDBServer, mariadb
from tests.support.rabbitmq import rabbitmq

ROWS = 20_000
DRAINS = 3
WINDOW = 100
EVENTS = 200
TURNS = 5
PAUSE_SECONDS = 1 / 50
CONSUMER = "mycrm.bench.effect.v1"
EXCHANGE = "bare"
_COMMIT = 500


async def measure_relay(
    *, rows: int = ROWS, drains: int = DRAINS, events: int = EVENTS, turns: int = TURNS
) -> list[dict[str, Any]]:
    """Return the rates and ways of ours and of bare aio-pika."""
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(rabbitmq())
        server = await stack.enter_async_context(mariadb())
        drained, bare_rates = [], []
        for _ in range(drains):
            url, bare_url = broker.url(await broker.create_vhost()), broker.url(await broker.create_vhost())
            await _queue_for(url)
            async with _bench(server, url) as bench:
                drained.append(await bench.drain(rows))
            bare_rates.append(await _bare_rate(bare_url, rows=rows))
        ways, bare_ways = [], []
        url, bare_url = broker.url(await broker.create_vhost()), broker.url(await broker.create_vhost())
        async with _bench(server, url) as bench:
            await bench.listen()
            for _ in range(turns):
                ways.append(await bench.ways(events))
                bare_ways.append(await _bare_ways(bare_url, events=events))
    return [
        row("outbox drained by one relay", drained, "/s"),
        row("  bare aio-pika, confirms, same window", bare_rates, "/s"),
        row("  ratio", _ratios(drained, bare_rates), "x", target="target >= 0.5"),
        *_way_rows(ways, bare_ways),
    ]


@asynccontextmanager
async def _bench(server: MariaDBServer, url: str) -> AsyncIterator["_Bench"]:
    database = Database(parse_url(server.url(await server.create_database())))
    await schema.migrate(database)
    bench = _Bench(database, url)
    try:
        yield bench
    finally:
        await bench.close()
        await database.close()


class _Bench:
    """One relay and one consumer over real servers."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        clock, shelf = SystemClock(), LogShelf()
        log = open_logs(level="error", clock=clock, shelf=shelf)
        fresh, handover = Wake(), Handover(owner=new_id(clock.now()))
        self._unit = SqlUnits(
            database,
            service="bench",
            clock=clock,
            crash=CrashPoints(),
            told=fresh.nudge,
            handover=handover,
        )
        self._bus = RabbitBus(url, log=log)
        self._nursery = TaskNursery()
        self._relay = Relay(
            bus=self._bus,
            unit=self._unit,
            clock=clock,
            crash=CrashPoints(),
            log=log,
            owner=handover.owner,
            wake=Wake(),
            metrics=Metrics(),
            fresh=fresh,
            handover=handover,
            lanes=3,
        )
        self._consumer = Consumer(
            CONSUMER,
            self._effect,
            unit=self._unit,
            reading=database.reading,
            clock=clock,
            crash=CrashPoints(),
            log=log,
            owner=new_id(clock.now()),
            metrics=Metrics(),
        )
        self._began: dict[int, float] = {}
        self._ways: list[float] = []

    async def drain(self, rows: int) -> float:
        """Commit events, then let one relay carry them all, and return its rate; nobody consumes meanwhile."""
        for start in range(0, rows, _COMMIT):
            async with self._unit() as work:
                work.tell(*(_event(start + number) for number in range(_COMMIT)))
        began = time.perf_counter()
        relaying = self._nursery.start(self._relay.run(), name="relay")
        while await self._is_waiting():  # noqa: ASYNC110 - the relay tells nobody when the outbox is empty
            await asyncio.sleep(0.05)
        seconds = time.perf_counter() - began
        relaying.cancel()
        return rows / seconds

    async def _is_waiting(self) -> bool:
        # Counting all that waits would be most of the database's work.
        waiting = select(outbox.c.id).where(outbox.c.state == NEW).limit(1)
        async with self._database.reading() as reading:
            return (await reading.connection.execute(waiting)).first() is not None

    async def listen(self) -> None:
        """Begin to consume, and to relay what is told."""
        receive = self._consumer.receiver(bus_holds_events=True)
        await self._bus.subscribe(CONSUMER, ["customer.updated.v1"], receive)
        self._nursery.start(self._relay.run(), name="relay")

    async def ways(self, events: int) -> list[float]:
        """Tell events at an even pace and return the time of each from its commit to its effect."""
        self._ways = []
        for number in range(events):
            async with self._unit() as work:
                work.tell(_event(number))
            self._began[number] = time.perf_counter()
            await asyncio.sleep(PAUSE_SECONDS)
        async with asyncio.timeout(30):
            while self._began:  # noqa: ASYNC110 - the effects come by themselves
                await asyncio.sleep(PAUSE_SECONDS)
        return self._ways

    async def close(self) -> None:
        """End everything."""
        await self._bus.stop_receiving()
        await self._nursery.close()
        await self._bus.close()

    async def _effect(self, event: CustomerUpdated, unit: UnitOfWork) -> None:
        async with unit():
            pass
        began = self._began.pop(event.customer_id, None)
        if began is not None:
            self._ways.append(time.perf_counter() - began)


def _event(number: int) -> CustomerUpdated:
    return CustomerUpdated(
        customer_id=number, email=f"buyer{number}@example.com", version=2, changed=("phone", "company")
    )


def _body() -> bytes:
    clock = SystemClock()
    return seal(_event(7), event_id=new_id(clock.now()), service="bench", at=clock.now()).body


async def _queue_for(url: str) -> None:
    """Give the events a queue to lie in, so that the broker has the same work in both cases."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("mycrm.events", aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue("drain", durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, routing_key="customer.updated.v1")


async def _bare_rate(url: str, *, rows: int) -> float:
    """Publish the same bytes with confirms, as many in flight as ours."""
    body, window = _body(), asyncio.Semaphore(WINDOW)
    async with await aio_pika.connect(url) as connection:
        exchange = await _bound(await connection.channel(publisher_confirms=True))

        async def publish() -> None:
            async with window:
                message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
                await exchange.publish(message, routing_key=EXCHANGE)

        began = time.perf_counter()
        await asyncio.gather(*(publish() for _ in range(rows)))
        return rows / (time.perf_counter() - began)


async def _bare_ways(url: str, *, events: int) -> list[float]:
    """Publish and consume at the same pace, with nothing in between."""
    ways: list[float] = []
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await _bound(channel)
        queue = await channel.get_queue(EXCHANGE)
        await queue.purge()
        sent: dict[str, float] = {}

        async def receive(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            ways.append(time.perf_counter() - sent[str(message.message_id)])
            await message.ack()

        await queue.consume(receive)
        for number in range(events):
            message = aio_pika.Message(
                _body(), message_id=str(number), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
            )
            sent[str(number)] = time.perf_counter()
            await exchange.publish(message, routing_key=EXCHANGE)
            await asyncio.sleep(PAUSE_SECONDS)
        async with asyncio.timeout(30):
            while len(ways) < events:  # noqa: ASYNC110 - the messages come by themselves
                await asyncio.sleep(PAUSE_SECONDS)
    return ways


async def _bound(channel: aio_pika.abc.AbstractChannel) -> aio_pika.abc.AbstractExchange:
    exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue(EXCHANGE, durable=True, arguments={"x-queue-type": "quorum"})
    await queue.bind(exchange, routing_key=EXCHANGE)
    return exchange


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [mine / bare for mine, bare in zip(ours, theirs, strict=True)]


def _way_rows(ways: Sequence[Sequence[float]], bare: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    rows = []
    for name, place, target in (("p50", 50, "target <= 3"), ("p99", 99, "target <= 4")):
        ours, theirs = (
            [statistics.quantiles(turn, n=100)[place - 1] * 1_000 for turn in turns] for turns in (ways, bare)
        )
        rows += [
            row(f"commit to effect at 50 events/s, {name}", ours, "ms"),
            row(f"  bare publish and consume, {name}", theirs, "ms"),
            row(f"  ratio, {name}", _ratios(ours, theirs), "x", target=target),
        ]
    return rows
