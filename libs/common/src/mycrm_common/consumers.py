"""Consumers: each event has its effect once, however often it arrives.

The inbox row and the effect are one transaction (`Once`), so a crash before the commit leaves neither and one
after it leaves both. What fails becomes a delivery row and is tried again later, or parked with the reason.
Where the bus holds nothing, the event is stored as a delivery before it counts as received.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

from mycrm_common.bus.codec import event_of, unseal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Receive
from mycrm_common.bus.retry import MOST_ATTEMPTS, Fate, Verdict, judge
from mycrm_common.clock import Clock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import deliveries, inbox
from mycrm_common.db.deliveries import Delivery
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger, follow
from mycrm_common.metrics import Metrics
from mycrm_common.service import Handle, Wake
from mycrm_common.work import ReadingRoom, UnitOfWork, Work

_BATCH = 20
_LEASE = timedelta(seconds=60)
_WAIT = timedelta(seconds=1)
_LONGEST_REST = 5.0
_DRAIN_SECONDS = 20.0


class AlreadyDone(Exception):  # noqa: N818 - it is no failure: the event was done before
    """The consumer has done this event before."""


class Once:
    """A unit of work that can be opened once, and only if the event was not done before."""

    def __init__(self, unit: UnitOfWork, *, consumer: str, event_id: str, delivery: Delivery | None) -> None:
        self._unit = unit
        self._consumer = consumer
        self._event_id = event_id
        self._delivery = delivery
        self.opened = False

    def __call__(self) -> AbstractAsyncContextManager[Work]:
        """Begin the transaction in which the event has its effect."""
        return self._once()

    @asynccontextmanager
    async def _once(self) -> AsyncIterator[Work]:
        if self.opened:
            raise MyCRMError("consumer_opened_twice", Kind.BUG, self._consumer)
        self.opened = True
        async with self._unit() as work:
            if not await inbox.enter(work, consumer=self._consumer, event_id=self._event_id):
                raise AlreadyDone
            yield work
            if self._delivery is not None:
                await deliveries.finish(work, [self._delivery.id])


class Consumer:
    """One lasting consumer of some events."""

    def __init__(
        self,
        name: str,
        handle: Handle,
        *,
        unit: UnitOfWork,
        reading: ReadingRoom,
        clock: Clock,
        crash: CrashPoints,
        log: Logger,
        owner: str,
        metrics: Metrics,
    ) -> None:
        self.name = name
        self._handle = handle
        self._unit = unit
        self._reading = reading
        self._clock = clock
        self._crash = crash
        self._log = log.bind(consumer=name)
        self._owner = owner
        self._metrics = metrics
        self._wake = Wake()
        self._busy = asyncio.Lock()
        self._stopping = asyncio.Event()

    def receiver(self, *, bus_holds_events: bool) -> Receive:
        """Return what the bus shall call: do it now where it keeps the event, store it first where not."""
        return self._do_now if bus_holds_events else self._store

    async def run(self) -> None:
        """Do what is due, and what becomes due, until cancelled."""
        while True:
            if not await self.do_due():
                await self._wake.wait(await self._rest())

    async def stop(self) -> None:
        """Begin nothing more; return when the delivery in hand is done, or has had its time."""
        self._stopping.set()
        try:
            async with asyncio.timeout(_DRAIN_SECONDS), self._busy:
                pass
        except TimeoutError:
            self._log.warning("consumer.stuck", seconds=_DRAIN_SECONDS)

    async def do_due(self) -> int:
        """Do what is due now, and return how many deliveries were dealt with."""
        async with self._busy:
            if self._stopping.is_set():
                return 0
            async with self._unit() as work:
                claimed = await deliveries.claim(
                    work, consumer=self.name, owner=self._owner, limit=_BATCH, lease=_LEASE
                )
            for done, delivery in enumerate(claimed):
                if self._stopping.is_set():
                    await self._give_back([left.id for left in claimed[done:]], rest=timedelta(0))
                    return done
                await self._attempt_again(delivery)
            return len(claimed)

    async def _store(self, body: bytes) -> None:
        envelope = unseal(body)
        async with self._unit() as work:
            await deliveries.put(work, consumer=self.name, envelope=envelope, at=work.at)
        self._wake.nudge()

    async def _do_now(self, body: bytes) -> None:
        envelope = unseal(body)
        try:
            await self._attempt(envelope, None)
        except Exception as error:
            verdict = judge(error, attempts=1, luck=random.random())  # noqa: S311 - spreads retries
            if verdict.fate is Fate.WAIT:
                raise
            await self._leave(envelope, verdict, error)

    async def _attempt_again(self, delivery: Delivery) -> None:
        try:
            _give_up_killers(delivery)
            await self._attempt(unseal(delivery.body), delivery)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is judged, never lost
            verdict = judge(error, attempts=delivery.attempts, luck=random.random())  # noqa: S311 - as above
            await self._put_off(delivery, verdict, error)

    async def _attempt(self, envelope: Envelope, delivery: Delivery | None) -> None:
        follow(envelope.correlation_id or envelope.id)
        once = Once(self._unit, consumer=self.name, event_id=envelope.id, delivery=delivery)
        began = time.perf_counter()
        try:
            await self._handle(event_of(envelope), once)
            if not once.opened:
                async with once():
                    pass
            self._metrics.handled(self.name, time.perf_counter() - began)
        except AlreadyDone:
            self._metrics.duplicate(self.name)
            if delivery is not None:
                async with self._unit() as work:
                    await deliveries.finish(work, [delivery.id])
        self._crash.reach("consumer.committed")

    async def _leave(self, envelope: Envelope, verdict: Verdict, error: Exception) -> None:
        self._tell(envelope.id, verdict, error)
        async with self._unit() as work:
            await deliveries.put(
                work,
                consumer=self.name,
                envelope=envelope,
                at=work.at + verdict.delay,
                attempts=1,
                state=deliveries.PARKED if verdict.fate is Fate.PARK else deliveries.READY,
                error=f"{type(error).__name__}: {error}",
            )

    async def _put_off(self, delivery: Delivery, verdict: Verdict, error: Exception) -> None:
        self._tell(delivery.event_id, verdict, error)
        if verdict.fate is Fate.WAIT:
            await self._give_back([delivery.id], rest=_WAIT)
            return
        reason = f"{type(error).__name__}: {error}"
        async with self._unit() as work:
            if verdict.fate is Fate.PARK:
                await deliveries.park(work, delivery, error=reason)
            else:
                await deliveries.put_off(work, delivery, until=work.at + verdict.delay, error=reason)

    async def _give_back(self, delivery_ids: list[int], *, rest: timedelta) -> None:
        async with self._unit() as work:
            await deliveries.give_back(work, delivery_ids, until=work.at + rest)

    def _tell(self, event_id: str, verdict: Verdict, error: Exception) -> None:
        self._log.warning(f"event.{verdict.fate}", event_id=event_id, error=error, delay=str(verdict.delay))

    async def _rest(self) -> float:
        async with self._reading() as reading:
            due = await deliveries.next_due(reading, self.name)
        if due is None:
            return _LONGEST_REST
        return min(max((due - self._clock.now()).total_seconds(), 0.0), _LONGEST_REST)


def _give_up_killers(delivery: Delivery) -> None:
    if delivery.attempts > MOST_ATTEMPTS:
        raise MyCRMError("event_given_up", Kind.INVALID, "it was begun again and again and never ended")
