"""Runs any number of services in one process: builds all, subscribes all, then starts jobs and opens doors.

It reads the settings, brings up the runtime, watches over what runs, and on SIGTERM lets go in order: doors,
jobs, consumers, relay, adapters. Anything that stops the start is one line and exit code 2.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from mycrm_common.bus.topology import consumer_name
from mycrm_common.consumers import Consumer
from mycrm_common.db import deliveries, outbox, schema
from mycrm_common.db import logs as log_rows
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import StartError
from mycrm_common.health import health_door
from mycrm_common.jobs import keep_doing
from mycrm_common.relay import Relay
from mycrm_common.runtime import Runtime, ServiceRuntime, open_runtime
from mycrm_common.service import Door, Job, Service
from mycrm_common.settings import Settings
from mycrm_common.start_texts import reader_language, start_line
from mycrm_common.tasks import TaskNursery

_HEALTH_PORT = 8081
_SCHEMA_POLL_SECONDS = 1.0
_LOG_SECONDS = 1.0
_DRAIN_SECONDS = 25.0

Build = Callable[[ServiceRuntime, Any], AbstractAsyncContextManager[Service]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A service before it is built: its name, what builds it, and the settings that it reads."""

    name: str
    build: Build
    settings: type[Settings]


def main(parts: Sequence[Part], *, migrates: bool = False, units: type[SqlUnits] = SqlUnits) -> int:
    """Run the parts until a signal ends them, and return the process's exit code."""
    try:
        asyncio.run(_run(parts, migrates=migrates, units=units))
    except StartError as error:
        wish = ""
        try:
            wish = Settings.load().language
        except StartError:
            pass  # The language is what is wrong; the locale's will do.
        sys.stderr.write(start_line(error, language=reader_language(wish)) + "\n")
        return 2
    return 0


async def _run(parts: Sequence[Part], *, migrates: bool, units: type[SqlUnits]) -> None:
    settings = {part.name: part.settings.load() for part in parts}
    common = next(iter(settings.values()))
    stop = _on_signals()
    async with open_runtime(common, units=units) as runtime, AsyncExitStack() as built:
        if migrates:
            await schema.migrate(runtime.database)
        await _wait_for_schema(runtime, stop)
        services = [
            await built.enter_async_context(part.build(runtime.for_service(part.name), settings[part.name]))
            for part in parts
        ]
        if not stop.is_set():
            await _serve(runtime, services, health_port=common.health_port, stop=stop)


def _on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _wait_for_schema(runtime: Runtime, stop: asyncio.Event) -> None:
    told = False
    while not stop.is_set() and not await schema.is_current(runtime.database):
        if not told:
            runtime.log.warning("schema.waiting", needed=schema.REVISIONS[-1], remedy="run: mycrm migrate")
            told = True
        await _wait(stop, _SCHEMA_POLL_SECONDS)


async def _serve(
    runtime: Runtime, services: Sequence[Service], *, health_port: int | None, stop: asyncio.Event
) -> None:
    nursery, consumers = TaskNursery(), TaskNursery()
    unit = runtime.unit_for("common")
    if runtime.database.is_exclusive:
        # Whoever held these claims died with the last process.
        async with unit() as work:
            await outbox.release_claims(work)
            await deliveries.release_claims(work)
    for service in services:
        for consumer in await _subscribe(runtime, service):
            consumers.start(consumer.run(), name=consumer.name)
    relay = Relay(
        bus=runtime.bus,
        unit=unit,
        clock=runtime.clock,
        crash=runtime.crash,
        log=runtime.log.bind(service="relay"),
        owner=runtime.process,
        wake=runtime.relay_wake,
    )
    relaying = nursery.start(_supervised("relay", relay.run, runtime), name="relay")
    jobs = [(service.name, job) for service in services for job in service.jobs] + [
        ("common", _log_job(runtime))
    ]
    for name, job in jobs:
        doing = keep_doing(job, unit=unit, holder=runtime.process, log=runtime.log.bind(service=name))
        nursery.start(doing, name=f"{name} {job.name}")
    async with AsyncExitStack() as doors:
        addresses = [
            await doors.enter_async_context(door.open()) for door in _doors(runtime, services, health_port)
        ]
        _watch_health(runtime, services)
        names = [service.name for service in services]
        runtime.log.info("ready", service=",".join(names), addresses=addresses)
        await stop.wait()
        runtime.health.is_open = False
        runtime.log.info("stopping", service=",".join(names))
    await runtime.bus.stop_receiving()
    del relaying
    await consumers.close()
    await nursery.close()
    await _log_job(runtime).beat()


async def _subscribe(runtime: Runtime, service: Service) -> list[Consumer]:
    made: list[Consumer] = []
    for subscription in service.subscriptions:
        consumer = Consumer(
            consumer_name(service=service.name, use=subscription.use),
            subscription.handle,
            unit=runtime.unit_for(service.name),
            reading=runtime.database.reading,
            clock=runtime.clock,
            crash=runtime.crash,
            log=runtime.log.bind(service=service.name),
            owner=runtime.process,
        )
        types = [event.event_type for event in subscription.events]
        receive = consumer.receiver(bus_holds_events=runtime.bus.holds_events)
        await runtime.bus.subscribe(consumer.name, types, receive)
        made.append(consumer)
    return made


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
    runtime.health.is_open = True


def _log_job(runtime: Runtime) -> Job:
    async def write() -> None:
        lines = runtime.shelf.take()
        if lines:
            async with runtime.unit_for("common")() as work:
                await log_rows.put(work, lines)

    return Job(name="write logs", beat=write, seconds=_LOG_SECONDS)


async def _supervised(name: str, run: Callable[[], Any], runtime: Runtime) -> None:
    """Start again what must not end."""
    while True:
        try:
            await run()
        except Exception as error:
            runtime.log.error("task.failed", task=name, error=error, exc_info=error)
        await asyncio.sleep(1)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
