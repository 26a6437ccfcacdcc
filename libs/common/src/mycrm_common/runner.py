"""Runs any number of services in one process, alone or together, from reading the settings to the exit code.

Anything that stops the start is one line on the console, in the reader's language, and exit code 2.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from mycrm_common.collecting import collect_seldom
from mycrm_common.console import console_language
from mycrm_common.db import schema
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import StartError
from mycrm_common.running import running
from mycrm_common.runtime import Runtime, ServiceRuntime, open_runtime
from mycrm_common.service import Service
from mycrm_common.settings import Settings
from mycrm_common.start_texts import start_line
from mycrm_common.tasks import TaskNursery

_SCHEMA_POLL_SECONDS = 1.0

T = TypeVar("T")
Build = Callable[[ServiceRuntime, Any], AbstractAsyncContextManager[Service]]
BeforeMigration = Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A service before it is built: its name, what builds it, and the settings that it reads."""

    name: str
    build: Build
    settings: type[Settings]


def main(
    parts: Sequence[Part],
    *,
    migrates: bool = False,
    before_migration: BeforeMigration | None = None,
    units: type[SqlUnits] = SqlUnits,
) -> int:
    """Run the parts until a signal ends them, and return the process's exit code."""
    try:
        asyncio.run(_run(parts, migrates=migrates, before_migration=before_migration, units=units))
    except StartError as error:
        sys.stderr.write(start_line(error, language=console_language()) + "\n")
        return 2
    return 0


async def _run(
    parts: Sequence[Part],
    *,
    migrates: bool,
    before_migration: BeforeMigration | None,
    units: type[SqlUnits],
) -> None:
    settings = {part.name: part.settings.load() for part in parts}
    common = settings[parts[0].name]
    stop = _on_signals()
    async with open_runtime(common, units=units) as runtime, AsyncExitStack() as built:
        if migrates:
            if before_migration is not None:
                await before_migration(runtime)
            await schema.migrate(runtime.database)
        if not await _schema_is_there(runtime, stop):
            return
        services = [
            await built.enter_async_context(part.build(runtime.for_service(part.name), settings[part.name]))
            for part in parts
        ]
        opening = running(runtime, services, health_port=common.health_port)
        async with AsyncExitStack() as opened:
            run = await _unless(stop, opened.enter_async_context(opening))
            if run is None:
                return
            names = ",".join(service.name for service in services)
            runtime.log.info("ready", services=names, addresses=list(run.addresses.values()))
            if "web" in run.addresses:
                runtime.console.say("ready", address=run.addresses["web"])
            collect_seldom()
            await _stopped(stop, run.flowing)
            runtime.log.info("stopping", services=names)


def _on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _unless(stop: asyncio.Event, starting: Coroutine[Any, Any, T]) -> T | None:
    """Return what was started, or None when told to stop before: a broker may be waited for very long."""
    nursery = TaskNursery()
    task = nursery.start(starting, name="start")
    try:
        await asyncio.wait(
            (task, nursery.start(stop.wait(), name="stop")), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        await nursery.close()
    return None if task.cancelled() else task.result()


async def _stopped(stop: asyncio.Event, flowing: "asyncio.Task[None]") -> None:
    """Wait for the end; events that can never flow are a `StartError`, however late it shows."""
    nursery = TaskNursery()
    try:
        waiting = nursery.start(stop.wait(), name="stop")
        await asyncio.wait((waiting, flowing), return_when=asyncio.FIRST_COMPLETED)
    finally:
        await nursery.close()
    if flowing.done():
        flowing.result()
    await stop.wait()


async def _schema_is_there(runtime: Runtime, stop: asyncio.Event) -> bool:
    """Wait until somebody has migrated the database; False when told to stop before.

    Where nobody else can while we are here, waiting would never end: it is a `StartError`.
    """
    told = False
    while not await schema.is_current(runtime.database):
        if runtime.database.is_exclusive:
            raise schema.behind(runtime.database)
        if not told:
            runtime.log.warning("schema.waiting", needed=schema.REVISIONS[-1], remedy="run: mycrm migrate")
            told = True
        try:
            async with asyncio.timeout(_SCHEMA_POLL_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue
        return False
    return True
