"""What a service is: its name, the events it listens to, its jobs, its doors, and how to ask whether it is well.

`build(runtime, settings)` opens the service's adapters, gives use cases their collaborators, and yields a
`Service`; the runner does the rest. No service knows whether it runs alone or beside others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from mycrm_common.events.registry import Event
from mycrm_common.work import UnitOfWork

Handle = Callable[[Any, UnitOfWork], Awaitable[None]]
Ping = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One use of events: `handle(event, unit)` does its effect in one transaction of the unit that it is given."""

    use: str
    events: tuple[type[Event], ...]
    handle: Handle


class Wake:
    """Lets one part of a process tell another that there is something to do; a nudge is never lost."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def nudge(self) -> None:
        """Wake whoever waits, now or when it next waits."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return after a nudge, or after the time."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something done again and again: every `seconds`, sooner when woken; single over replicas by its lease.

    `wanted` is asked before the lease is taken: what is looked for every second, and found now and then, would else
    write to the database every second.
    """

    name: str
    beat: Callable[[], Awaitable[None]]
    seconds: float
    wake: Wake = field(default_factory=Wake)
    lease: str | None = None
    wanted: Callable[[], Awaitable[bool]] | None = None


@dataclass(frozen=True, kw_only=True)
class Door:
    """A place where people or machines come in; `open` listens and yields the address."""

    name: str
    open: Callable[[], AbstractAsyncContextManager[str]]


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service, built."""

    name: str
    subscriptions: tuple[Subscription, ...] = ()
    jobs: tuple[Job, ...] = ()
    doors: tuple[Door, ...] = ()
    pings: Mapping[str, Ping] = field(default_factory=dict)
