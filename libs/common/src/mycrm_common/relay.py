"""The relay: carries what lies in the outbox to the bus.

One pass claims a batch for half a minute, publishes it outside any transaction, and marks what is held. A crash
between publishing and marking only means that those events travel twice; each consumer does them once. Events of
its own process come claimed from hand to hand (`handover`), woken by the commit; the slow sweep over the outbox
finds what others left behind. Several lanes keep claiming, publishing and marking at the same time.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from mycrm_common.bus.codec import unseal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Bus
from mycrm_common.clock import Clock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import outbox
from mycrm_common.errors import MyCRMError
from mycrm_common.handover import LEASE, Handover
from mycrm_common.logs import Logger
from mycrm_common.metrics import Metrics
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import UnitOfWork, Work

_BATCH = 100
_POLL_SECONDS = 2.0
_LONGEST_BACKOFF = 10.0
_MOST_DOUBLINGS = 20
_DRAIN_SECONDS = 10.0
_ATTEMPTS = 5

T = TypeVar("T")


class Relay:
    """Publishes what the services of this process, or of one that died, have told."""

    def __init__(
        self,
        *,
        bus: Bus,
        unit: UnitOfWork,
        clock: Clock,
        crash: CrashPoints,
        log: Logger,
        owner: str,
        wake: Wake,
        metrics: Metrics,
        fresh: Wake | None = None,
        handover: Handover | None = None,
        lanes: int = 1,
    ) -> None:
        self._bus = bus
        self._unit = unit
        self._clock = clock
        self._crash = crash
        self._log = log
        self._owner = owner
        self._wake = wake
        self._metrics = metrics
        self._fresh = fresh or Wake()
        self._handover = handover
        self._lanes = lanes
        self._stopped = False
        self._resting = asyncio.Event()
        self._resting.set()
        self._failures = 0

    async def run(self) -> None:
        """Relay until cancelled: what is fresh from hand to hand, what lies in the outbox by claiming it."""
        self._resting.clear()
        nursery = TaskNursery()
        work = [nursery.start(self._sweep(), name=f"relay sweep {lane}") for lane in range(self._lanes)]
        if self._handover is not None:
            self._handover.is_open = not self._stopped
            work.append(nursery.start(self._carry_fresh(self._handover), name="relay fresh"))
        try:
            await asyncio.gather(*work)
        finally:
            await nursery.close()
            self._resting.set()

    async def stop(self) -> None:
        """Finish the batch in hand, and free what is claimed for whoever comes next."""
        self._stopped = True
        if self._handover is not None:
            self._handover.is_open = False
        self._fresh.nudge()
        self._wake.nudge()
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._resting.wait()
        except TimeoutError:
            self._log.warning("relay.stuck", seconds=_DRAIN_SECONDS)
        try:
            async with self._unit() as work:
                await outbox.let_go(work, owner=self._owner)
        except MyCRMError as error:
            self._log.warning("relay.claims_kept", error=error)  # They run out by themselves.

    async def relay_some(self) -> int:
        """Relay one batch from the outbox and return how many events are now held by the bus."""
        claimed = await self._write(partial(outbox.claim, owner=self._owner, limit=_BATCH, lease=LEASE))
        if not claimed:
            return 0
        self._crash.reach("relay.claimed")
        envelopes = [envelope for row in claimed if (envelope := await self._read(row)) is not None]
        return await self._carry(envelopes)

    async def _sweep(self) -> None:
        while not self._stopped:
            if not await self.relay_some():
                await self._wake.wait(_POLL_SECONDS)

    async def _carry_fresh(self, handover: Handover) -> None:
        while not self._stopped:
            envelopes = handover.take(_BATCH)
            if envelopes:
                await self._carry(envelopes)
            else:
                await self._fresh.wait(_POLL_SECONDS)

    async def _carry(self, envelopes: Sequence[Envelope]) -> int:
        """Publish events that are claimed, mark those that are held, and give the others up for a while."""
        held = await self._publish(envelopes)
        self._crash.reach("relay.published")
        self._metrics.published(held=len(held), refused=len(envelopes) - len(held))
        missing = [envelope.id for envelope in envelopes if envelope.id not in held]
        if self._handover is not None:
            # While the bus refuses, events wait in the outbox and not in memory.
            self._handover.is_open = not missing and not self._stopped
        await self._write(partial(self._mark, held=held, missing=missing))
        return len(held)

    async def _mark(self, work: Work, *, held: frozenset[str], missing: list[str]) -> None:
        await outbox.mark_sent(work, sorted(held), owner=self._owner)
        if missing:
            until = work.at + timedelta(seconds=self._backoff())
            await outbox.put_back(work, missing, owner=self._owner, until=until, error="not held by the bus")

    async def _write(self, act: Callable[[Work], Awaitable[T]]) -> T:
        """Do one transaction, and do it anew when it met another one: an unmarked batch would travel twice."""
        attempt = 1
        while True:
            try:
                async with self._unit() as work:
                    return await act(work)
            except MyCRMError as error:
                if error.code != "database_busy" or attempt == _ATTEMPTS:
                    raise
                self._log.info("relay.met_another", attempt=attempt)
            await asyncio.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311 - keeps the two out of step
            attempt += 1

    async def _read(self, row: outbox.Claimed) -> Envelope | None:
        try:
            return unseal(row.body)
        except MyCRMError as error:
            # One row that was damaged must not hold up all that comes after it.
            self._log.error("relay.parked", event_id=row.event_id, error=error)
            reason = str(error)
            await self._write(partial(outbox.park, event_id=row.event_id, owner=self._owner, error=reason))
            return None

    async def _publish(self, envelopes: Sequence[Envelope]) -> frozenset[str]:
        try:
            held = await self._bus.publish(envelopes)
        except Exception as error:  # noqa: BLE001 - whatever the transport raises, the events stay in the outbox
            self._failures += 1
            self._log.warning("relay.publish_failed", error=error, events=len(envelopes))
            return frozenset()
        self._failures = self._failures + 1 if len(held) < len(envelopes) else 0
        return held

    def _backoff(self) -> float:
        longest = min(2.0 ** min(self._failures, _MOST_DOUBLINGS), _LONGEST_BACKOFF)
        return longest * random.random()  # noqa: S311 - full jitter spreads retries, it keeps no secret
