"""What runs in one process once its services are built: consumers, relay, jobs, doors; and how it lets go.

Doors open at once, also while the broker is away: what people write waits in the outbox. Events flow as soon as
everything is subscribed. Letting go goes the other way: doors close, the bus stops bringing events, consumers
finish, jobs end, the logs are written.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from mycrm_common.bus.topology import consumer_name
from mycrm_common.consumers import Consumer
from mycrm_common.db import cleaning, copies, deliveries, leases, outbox, refusals, waits
from mycrm_common.db import logs as log_rows
from mycrm_common.errors import MyCRMError, unexpected
from mycrm_common.health import health_door
from mycrm_common.jobs import keep_doing
from mycrm_common.parking import empty_parking
from mycrm_common.relay import Relay
from mycrm_common.runtime import Runtime
from mycrm_common.service import Door, Job, Service, Subscription
from mycrm_common.tasks import TaskNursery

_HEALTH_PORT = 8081
_LOG_SECONDS = 1.0
_FORGET_SECONDS = 600.0
_PARKING_SECONDS = 15.0
_SHORTEN_SECONDS = 60.0
_REST_AFTER_FAILURE = 1.0
_LANES = 3
_COMMON = "common"


@dataclass(frozen=True, kw_only=True)
class Running:
    """What runs: the addresses of the doors by name, and the task that ends when events flow, or never can."""

    addresses: Mapping[str, str]
    flowing: asyncio.Task[None]


@asynccontextmanager
async def running(
    runtime: Runtime, services: Sequence[Service], *, health_port: int | None
) -> AsyncIterator[Running]:
    """Run the services until the block ends. People come in at once; events flow when the bus can be reached."""
    await _take_over(runtime)
    runtime.shelf.services = tuple(service.name for service in services)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_write_last_logs, runtime)
        nursery = TaskNursery()
        stack.push_async_callback(nursery.close)
        events = _Events(runtime, nursery)
        stack.push_async_callback(events.ebb)
        flowing = nursery.start(events.flow(services), name="events")
        for service, job in _jobs(runtime, services):
            log = runtime.log.bind(service=service)
            doing = keep_doing(job, unit=runtime.unit_for(_COMMON), holder=runtime.process, log=log)
            nursery.start(doing, name=f"{service} {job.name}")
        addresses: dict[str, str] = {}
        for door in _doors(runtime, services, health_port):
            addresses[door.name] = await stack.enter_async_context(door.open())
        _watch_health(runtime, services)
        try:
            yield Running(addresses=addresses, flowing=flowing)
        finally:
            runtime.health.is_open = False


class _Events:
    """The consumers and the relay of one process."""

    def __init__(self, runtime: Runtime, nursery: TaskNursery) -> None:
        self._runtime = runtime
        self._nursery = nursery
        self._consumers: list[Consumer] = []
        self._relay: Relay | None = None

    async def flow(self, services: Sequence[Service]) -> None:
        """Subscribe everything, and publish nothing before that: an event must find all who want it."""
        bus = self._runtime.bus
        for service in services:
            for subscription in service.subscriptions:
                consumer = _consumer(self._runtime, service.name, subscription)
                types = [event.event_type for event in subscription.events]
                receive = consumer.receiver(bus_holds_events=bus.holds_events)
                await bus.subscribe(consumer.name, types, receive)
                self._consumers.append(consumer)
                self._start(consumer.name, consumer.run)
        await self._hasten(services)
        self._relay = _relay(self._runtime)
        self._start("relay", self._relay.run)

    async def _hasten(self, services: Sequence[Service]) -> None:
        """Let events be tried at once that nobody was there for."""
        types = {
            event.event_type for service in services for use in service.subscriptions for event in use.events
        }
        try:
            async with self._runtime.unit_for(_COMMON)() as work:
                await refusals.hasten(work, sorted(types))
        except MyCRMError as error:
            self._runtime.log.warning("relay.not_hastened", error=error)  # Their time comes by itself.

    async def ebb(self) -> None:
        """Take no new events, and let each consumer finish the one in hand."""
        await self._runtime.bus.stop_receiving()
        for consumer in self._consumers:
            await consumer.stop()
        if self._relay is not None:
            await self._relay.stop()

    def _start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._nursery.start(_supervised(name, run, self._runtime), name=name)


async def _take_over(runtime: Runtime) -> None:
    """Free at once what a process that died had claimed, where only one process can have been there."""
    if runtime.database.is_exclusive:
        async with runtime.unit_for(_COMMON)() as work:
            await outbox.release_claims(work)
            await deliveries.release_claims(work)
            await leases.release_all(work)


def _consumer(runtime: Runtime, service: str, subscription: Subscription) -> Consumer:
    return Consumer(
        consumer_name(service=service, use=subscription.use),
        subscription.handle,
        unit=runtime.unit_for(service),
        reading=runtime.database.reading,
        clock=runtime.clock,
        crash=runtime.crash,
        log=runtime.log.bind(service=service),
        owner=runtime.process,
        metrics=runtime.metrics,
    )


def _relay(runtime: Runtime) -> Relay:
    return Relay(
        bus=runtime.bus,
        unit=runtime.unit_for(_COMMON),
        clock=runtime.clock,
        crash=runtime.crash,
        log=runtime.log.bind(service="relay"),
        owner=runtime.process,
        wake=runtime.sweep_wake,
        fresh=runtime.fresh_wake,
        handover=runtime.handover,
        lanes=1 if runtime.database.is_exclusive else _LANES,
        metrics=runtime.metrics,
        marked=runtime.marked_wake.nudge,
    )


def _jobs(runtime: Runtime, services: Sequence[Service]) -> list[tuple[str, Job]]:
    logs = Job(name="write logs", beat=partial(_write_logs, runtime), seconds=_LOG_SECONDS)
    clean = Job(name="forget", beat=partial(_forget, runtime), seconds=_FORGET_SECONDS, lease="common.forget")
    shorten = Job(name="shorten waits", beat=partial(_shorten_waits, runtime), seconds=_SHORTEN_SECONDS)
    common = [logs, clean, shorten]
    if runtime.bus.holds_events:
        empty = partial(
            empty_parking,
            runtime.bus,
            unit=runtime.unit_for(_COMMON),
            crash=runtime.crash,
            log=runtime.log.bind(service=_COMMON),
        )
        common.append(Job(name="empty parking", beat=empty, seconds=_PARKING_SECONDS, lease="common.parking"))
    own = [(service.name, job) for service in services for job in service.jobs]
    return own + [(_COMMON, job) for job in common]


def _doors(runtime: Runtime, services: Sequence[Service], health_port: int | None) -> list[Door]:
    doors = [door for service in services for door in service.doors]
    if health_port is not None or not doors:
        port = _HEALTH_PORT if health_port is None else health_port
        doors.append(Door(name="health", open=partial(health_door, runtime.health, port=port)))
    return doors


def _watch_health(runtime: Runtime, services: Sequence[Service]) -> None:
    runtime.health.needed["database"] = runtime.database.ping
    runtime.health.shown["bus"] = runtime.bus.ping
    for service in services:
        for name, ping in service.pings.items():
            runtime.health.shown[f"{service.name}.{name}"] = ping
    runtime.health.facts = partial(_waiting, runtime)
    runtime.health.figures = partial(_figures, runtime)
    runtime.health.is_open = True


async def _waiting(runtime: Runtime) -> dict[str, object]:
    """Return what waits in the database, and pass it on to the figures."""
    at = runtime.clock.now()
    async with runtime.database.reading() as reading:
        outgoing, incoming = await outbox.pending(reading), await deliveries.counts(reading)
    age = (at - outgoing.oldest).total_seconds() if outgoing.oldest else 0
    runtime.metrics.waiting(
        pending=outgoing.count, parked=outgoing.parked, oldest_seconds=age, deliveries=incoming
    )
    waits = {"pending": outgoing.count, "oldest_seconds": age, "parked": outgoing.parked}
    return {"outbox": waits, "deliveries": incoming}


async def _copies(runtime: Runtime) -> None:
    """Pass on to the figures how the copies of the database are doing."""
    at = runtime.clock.now()
    async with runtime.database.reading() as reading:
        found = await copies.newest(reading)
    runtime.metrics.copies(
        made_seconds=(at - found.made_at).total_seconds() if found.made_at else None,
        proven_seconds=(at - found.proven_at).total_seconds() if found.proven_at else None,
        size=found.bytes,
        has_failed=found.has_failed,
    )


async def _figures(runtime: Runtime) -> bytes:
    await _waiting(runtime)
    await _copies(runtime)
    try:
        await runtime.bus.ping()
    except MyCRMError:
        runtime.metrics.bus_is_up(False)
    else:
        runtime.metrics.bus_is_up(True)
    return runtime.metrics.text()


async def _write_logs(runtime: Runtime) -> None:
    lines = sorted(runtime.shelf.take(), key=lambda line: line.at)
    if not lines:
        return
    try:
        async with runtime.unit_for(_COMMON)() as work:
            await log_rows.put(work, lines)
    except BaseException:
        for line in lines:
            runtime.shelf.put(line)
        raise


async def _write_last_logs(runtime: Runtime) -> None:
    try:
        await _write_logs(runtime)
    except MyCRMError:
        pass  # The console has them; nobody is left to try again.


async def _forget(runtime: Runtime) -> None:
    removed = 1
    while removed:
        async with runtime.unit_for(_COMMON)() as work:
            removed = await cleaning.forget_some(work)


async def _shorten_waits(runtime: Runtime) -> None:
    async with runtime.unit_for(_COMMON)() as work:
        shortened = await waits.shorten(work)
    if shortened:
        runtime.log.warning("clock.put_back", events=shortened)
        runtime.sweep_wake.nudge()


async def _supervised(name: str, run: Callable[[], Awaitable[None]], runtime: Runtime) -> None:
    """Start again what must not end."""
    while True:
        try:
            await run()
        except Exception as error:
            runtime.log.error("task.failed", task=name, error=error, exc_info=unexpected(error))
        await asyncio.sleep(_REST_AFTER_FAILURE)
