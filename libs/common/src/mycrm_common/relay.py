"""The relay: carries what lies in the outbox to the bus.

One pass claims a batch for half a minute, publishes it outside any transaction, and marks what is held. A crash
between publishing and marking only means that those events travel twice; each consumer does them once. Events of
its own process come claimed from hand to hand (`handover`), woken by the commit; the slow sweep over the outbox
finds what others left behind. Several lanes, each a claimer of its own, claim, publish and mark at the same time.
Fresh events are marked a moment later and many at once: whoever waits for them does not wait for our book-keeping.

While the bus is away, or has no room, everything waits, however long. What it refuses as it is (nobody is bound for
it, it cannot be put into frames) waits longer each time and is parked in the end, with the reason.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from mycrm_common.bus.codec import unseal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Bus, Published
from mycrm_common.bus.retry import MOST_REFUSALS, Fate, judge_refusal
from mycrm_common.clock import Clock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import outbox, refusals
from mycrm_common.errors import MyCRMError
from mycrm_common.handover import LEASE, Handover
from mycrm_common.ids import new_id
from mycrm_common.logs import Logger
from mycrm_common.metrics import Metrics
from mycrm_common.service import Wake
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import UnitOfWork, Work

_BATCH = 100
# From the outbox more at once: after an outage what a claim and a mark cost is shared by many.
_SWEEP = 250
_POLL_SECONDS = 2.0
_LINGER_SECONDS = 0.1
_AT_ONCE = 10
_LONGEST_BACKOFF = 10.0
_MOST_DOUBLINGS = 20
_DRAIN_SECONDS = 10.0
_ATTEMPTS = 5

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Carried:
    """What became of events that one claimer had in hand, and how often each was tried; fresh ones once."""

    owner: str
    held: frozenset[str]
    unknown: frozenset[str]
    refused: Mapping[str, str]
    attempts: Mapping[str, int] = field(default_factory=dict)


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
        marked: Callable[[], None] = lambda: None,
    ) -> None:
        self._bus = bus
        self._unit = unit
        self._crash = crash
        self._log = log
        self._owner = owner
        self._wake = wake
        self._metrics = metrics
        self._fresh = fresh or Wake()
        self._handover = handover
        self._marked = marked
        self._lanes = [new_id(clock.now()) for _ in range(lanes)]
        self._unstirred = Wake()
        self._settling = Wake()
        self._fresh_carried: list[_Carried] = []
        self._stopped = False
        self._resting = asyncio.Event()
        self._resting.set()
        self._failures = 0

    async def run(self) -> None:
        """Relay until cancelled: what is fresh from hand to hand, what lies in the outbox by claiming it."""
        self._resting.clear()
        nursery = TaskNursery()
        work = [nursery.start(self._sweep(owner), name=f"relay {owner}") for owner in self._lanes]
        work.append(nursery.start(self._revive(), name="relay revive"))
        if self._handover is not None:
            self._handover.is_open = not self._stopped
            work.append(nursery.start(self._carry_fresh(self._handover), name="relay fresh"))
            work.append(nursery.start(self._settle_fresh(), name="relay settle"))
        try:
            await asyncio.gather(*work)
            await self._settle_what_is_fresh()
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
        self._unstirred.nudge()
        self._settling.nudge()
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._resting.wait()
        except TimeoutError:
            self._log.warning("relay.stuck", seconds=_DRAIN_SECONDS)
        try:
            async with self._unit() as work:
                await outbox.let_go(work, owners=[self._owner, *self._lanes])
        except MyCRMError as error:
            self._log.warning("relay.claims_kept", error=error)  # They run out by themselves.

    async def relay_some(self, owner: str | None = None) -> int:
        """Relay one batch from the outbox and return how many events are now held by the bus."""
        owner = owner or self._lanes[0]
        claimed = await self._write(partial(outbox.claim, owner=owner, limit=_SWEEP, lease=LEASE))
        if not claimed:
            return 0
        self._crash.reach("relay.claimed")
        envelopes = [envelope for row in claimed if (envelope := await self._read(row, owner)) is not None]
        attempts = {row.event_id: row.attempts for row in claimed}
        carried = await self._carry(envelopes, owner=owner, attempts=attempts)
        await self._settle_now(carried)
        return len(carried.held)

    async def revive_some(self) -> int:
        """Take up again what a person let be tried again, and return how many events."""
        return await self._write(partial(refusals.revive, limit=_BATCH))

    async def _sweep(self, owner: str) -> None:
        while not self._stopped:
            if not await self.relay_some(owner):
                await self._wake.wait(_POLL_SECONDS)

    async def _revive(self) -> None:
        while not self._stopped:
            if await self.revive_some():
                self._wake.nudge()
            await self._unstirred.wait(_POLL_SECONDS)

    async def _carry_fresh(self, handover: Handover) -> None:
        while not self._stopped:
            envelopes = handover.take(_BATCH)
            if envelopes:
                self._fresh_carried.append(await self._carry(envelopes, owner=self._owner, attempts={}))
                self._settling.nudge()
            else:
                await self._fresh.wait(_POLL_SECONDS)

    async def _settle_fresh(self) -> None:
        while not self._stopped:
            await self._settling.wait(_POLL_SECONDS)
            await asyncio.sleep(_LINGER_SECONDS)
            await self._settle_what_is_fresh()

    async def _settle_what_is_fresh(self) -> None:
        while some := self._fresh_carried[:_AT_ONCE]:
            await self._settle_now(_together(some))
            del self._fresh_carried[: len(some)]

    async def _carry(
        self, envelopes: Sequence[Envelope], *, owner: str, attempts: Mapping[str, int]
    ) -> _Carried:
        """Publish events that are claimed, and return what became of them."""
        published = await self._publish(envelopes)
        self._crash.reach("relay.published")
        given = frozenset(envelope.id for envelope in envelopes)
        unknown = given - published.held - published.refused.keys()
        self._failures = self._failures + 1 if unknown else 0
        self._metrics.published(
            held=len(published.held), refused=len(published.refused), unknown=len(unknown)
        )
        if self._handover is not None:
            # While the bus is away, events wait in the outbox and not in memory.
            self._handover.is_open = not unknown and not self._stopped
        return _Carried(
            owner=owner, held=published.held, unknown=unknown, refused=published.refused, attempts=attempts
        )

    async def _settle_now(self, carried: _Carried) -> None:
        await self._write(partial(self._settle, carried=carried))
        if carried.held:
            self._marked()

    async def _settle(self, work: Work, *, carried: _Carried) -> None:
        """Mark events that are held, and give the others up for a while."""
        await outbox.mark_sent(work, sorted(carried.held), owner=carried.owner)
        if carried.unknown:
            until = work.at + timedelta(seconds=self._backoff())
            await outbox.put_back(
                work,
                sorted(carried.unknown),
                owner=carried.owner,
                until=until,
                error="not held by the bus",
                is_counted=False,
            )
        for event_id, reason in carried.refused.items():
            await self._put_off(work, event_id, carried=carried, reason=reason)

    async def _put_off(self, work: Work, event_id: str, *, carried: _Carried, reason: str) -> None:
        luck = random.random()  # noqa: S311 - spreads the tries, it keeps no secret
        verdict = judge_refusal(attempts=carried.attempts.get(event_id, 1), luck=luck)
        if verdict.fate is Fate.PARK:
            await self._park(work, event_id=event_id, owner=carried.owner, reason=reason)
            return
        until = work.at + verdict.delay
        await outbox.put_back(
            work, [event_id], owner=carried.owner, until=until, error=reason, is_counted=True
        )

    async def _park(self, work: Work, *, event_id: str, owner: str, reason: str) -> None:
        self._log.error("relay.parked", event_id=event_id, error=reason)
        await refusals.park(work, event_id, owner=owner, error=reason)

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

    async def _read(self, row: outbox.Claimed, owner: str) -> Envelope | None:
        """Return the event; one that is damaged, or ends its process, must not hold up all that comes after it."""
        reason = "it was taken up again and again, and nobody lived to say what became of it"
        if row.attempts <= MOST_REFUSALS:
            try:
                return unseal(row.body)
            except MyCRMError as error:
                reason = str(error)
        await self._write(partial(self._park, event_id=row.event_id, owner=owner, reason=reason))
        return None

    async def _publish(self, envelopes: Sequence[Envelope]) -> Published:
        try:
            return await self._bus.publish(envelopes)
        except Exception as error:  # noqa: BLE001 - whatever the transport raises, the events stay in the outbox
            self._log.warning("relay.publish_failed", error=error, events=len(envelopes))
            return Published()

    def _backoff(self) -> float:
        longest = min(2.0 ** min(self._failures, _MOST_DOUBLINGS), _LONGEST_BACKOFF)
        return longest * random.random()  # noqa: S311 - full jitter spreads retries, it keeps no secret


def _together(some: Sequence[_Carried]) -> _Carried:
    """Return what one claimer has carried in several journeys as one."""
    return _Carried(
        owner=some[0].owner,
        held=frozenset[str]().union(*(carried.held for carried in some)),
        unknown=frozenset[str]().union(*(carried.unknown for carried in some)),
        refused={event_id: reason for carried in some for event_id, reason in carried.refused.items()},
    )
