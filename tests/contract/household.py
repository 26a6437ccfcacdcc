"""Processes that share one database and one bus, inside the test: each with its own relay and consumers.

On SQLite there is one process at a time, because one process owns the file. The clock stands still until a
test moves it; a consumer's effect is a row in `logs`, of which a second one would show.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import insert, select

from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Bus
from mycrm_common.bus.rabbit import RabbitBus
from mycrm_common.consumers import Consumer
from mycrm_common.crash import CrashPoints
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.events import deliveries, inbox, outbox
from mycrm_common.db.tables.logs import logs
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.events.mailboxes import MailboxFailed
from mycrm_common.events.registry import Event
from mycrm_common.ids import new_id
from mycrm_common.logs import Logger, LogShelf, open_logs
from mycrm_common.metrics import Metrics
from mycrm_common.relay import Relay
from mycrm_common.service import Handle, Wake
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import UnitOfWork, Work
from tests.support.clock import FakeClock
from tests.support.events import AT
from tests.support.waiting import eventually

SERVICE = "api"


def for_the_feed(number: int) -> MailboxFailed:
    """Something that no consumer of ours listens to."""
    return MailboxFailed(mailbox=f"m{number}@example.com", at=AT, reason="mailbox_unreachable")


def added(customer_id: int) -> CustomerAdded:
    """A customer was added."""
    return CustomerAdded(customer_id=customer_id, email=f"c{customer_id}@example.com", version=1)


def updated(customer_id: int) -> CustomerUpdated:
    """A customer was updated."""
    return CustomerUpdated(customer_id=customer_id, email=f"c{customer_id}@example.com", version=2)


def deleted(customer_id: int) -> CustomerDeleted:
    """A customer was deleted."""
    return CustomerDeleted(customer_id=customer_id, email=f"c{customer_id}@example.com", version=2)


async def leave_effect(work: Work, *, of: str, event: Event) -> None:
    """What a consumer does with an event."""
    row = {"at": work.at, "service": SERVICE, "level": 20, "action": of, "text": event.subject}
    await work.connection.execute(insert(logs).values(**row, correlation_id=""))


def effect(of: str) -> Handle:
    """A handler that leaves one row."""

    async def handle(event: Event, unit: UnitOfWork) -> None:
        async with unit() as work:
            await leave_effect(work, of=of, event=event)

    return handle


class Process:
    """One process: a bus, a database, a relay, and the consumers that it was given."""

    def __init__(
        self, *, bus: Bus, database: Database, clock: FakeClock, log: Logger, shelf: LogShelf
    ) -> None:
        self.bus, self.database, self.clock, self.log, self.shelf = bus, database, clock, log, shelf
        self.name = new_id(clock.now())
        self.unit: UnitOfWork = SqlUnits(database, service=SERVICE, clock=clock, crash=CrashPoints())
        self.consumers: list[Consumer] = []
        self._nursery = TaskNursery()

    def relay(self, *, crash: CrashPoints | None = None) -> Relay:
        """A relay of this process."""
        return Relay(
            bus=self.bus,
            unit=self.unit,
            clock=self.clock,
            crash=crash or CrashPoints(),
            log=self.log,
            owner=new_id(self.clock.now()),
            wake=Wake(),
            metrics=Metrics(),
        )

    async def consume(
        self, use: str, *events: type[Event], handle: Handle | None = None, crash: CrashPoints | None = None
    ) -> Consumer:
        """Subscribe a consumer and keep it running; without a handler it leaves its effect."""
        consumer = Consumer(
            f"mycrm.{SERVICE}.{use}.v1",
            handle or effect(use),
            unit=self.unit,
            reading=self.database.reading,
            clock=self.clock,
            crash=crash or CrashPoints(),
            log=self.log,
            owner=self.name,
            metrics=Metrics(),
        )
        types = [event.event_type for event in events]
        await self.bus.subscribe(
            consumer.name, types, consumer.receiver(bus_holds_events=self.bus.holds_events)
        )
        self._nursery.start(consumer.run(), name=consumer.name)
        self.consumers.append(consumer)
        return consumer

    async def tell(self, *events: Event) -> None:
        """Commit a transaction that tells events."""
        async with self.unit() as work:
            work.tell(*events)

    async def relay_all(self) -> None:
        """Hand over what lies in the outbox and is due."""
        relay = self.relay()
        while await relay.relay_some():
            pass

    async def effects(self) -> Counter[tuple[str, str]]:
        """How often each consumer did each subject."""
        async with self.database.reading() as reading:
            rows = await reading.connection.execute(select(logs.c.action, logs.c.text))
        return Counter((row.action, row.text) for row in rows)

    async def until_effects(self, *expected: tuple[str, str], seconds: float = 20) -> None:
        """Wait until these effects are there, each once and no others."""

        async def there() -> bool:
            await self.relay_all()
            return (await self.effects()) == Counter(expected)

        await eventually(there, what=f"the effects {expected}", seconds=seconds)

    async def waiting(self) -> list[Any]:
        """The delivery rows, oldest first."""
        async with self.database.reading() as reading:
            return list(await reading.connection.execute(select(deliveries).order_by(deliveries.c.id)))

    async def told(self) -> list[Any]:
        """The outbox rows, oldest first."""
        async with self.database.reading() as reading:
            return list(await reading.connection.execute(select(outbox).order_by(outbox.c.id)))

    async def done(self) -> list[Any]:
        """The inbox rows."""
        async with self.database.reading() as reading:
            return list(await reading.connection.execute(select(inbox)))

    async def stop(self) -> None:
        """End as a service does: no new events, finish what is in hand, let go."""
        await self.bus.stop_receiving()
        for consumer in self.consumers:
            await consumer.stop()
        await self._nursery.close()
        await self.bus.close()
        await self.database.close()


class Household:
    """Opens processes over one database and one bus."""

    def __init__(self, *, bus_url: str, database_url: str) -> None:
        self.bus_url, self.database_url = bus_url, database_url
        self.clock = FakeClock()
        self.shelf = LogShelf()
        self._log = open_logs(level="debug", clock=self.clock, shelf=self.shelf)
        self._running: list[Process] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, *, bus_url: str, database_url: str) -> AsyncIterator["Household"]:
        """A migrated database, and processes that are stopped at the end."""
        household = cls(bus_url=bus_url, database_url=database_url)
        database = Database(parse_url(database_url))
        await schema.migrate(database)
        await database.close()
        try:
            yield household
        finally:
            for process in tuple(household._running):
                await household.end(process)

    @property
    def bus_holds_events(self) -> bool:
        """Whether there is a broker between the processes."""
        return self.bus_url != "local:"

    def begin(self) -> Process:
        """Start a process."""
        bus: Bus = RabbitBus(self.bus_url, log=self._log) if self.bus_holds_events else LocalBus()
        database = Database(parse_url(self.database_url))
        process = Process(bus=bus, database=database, clock=self.clock, log=self._log, shelf=self.shelf)
        self._running.append(process)
        return process

    async def end(self, process: Process) -> None:
        """Stop a process in order."""
        self._running.remove(process)
        await process.stop()

    def logged(self, action: str) -> Callable[[], bool]:
        """Give a question for `eventually`: whether this was logged since it was last asked."""
        return lambda: any(line.action == action for line in self.shelf.take())
