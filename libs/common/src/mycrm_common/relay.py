"""The relay: carries what lies in the outbox to the bus.

One pass claims a batch for half a minute, publishes it outside any transaction, and marks what is held. A crash
between publishing and marking only means that those events travel twice; each consumer does them once. It is
woken by every commit that told something; the slow poll is the safety net.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

from mycrm_common.bus.codec import unseal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Bus
from mycrm_common.clock import Clock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import outbox
from mycrm_common.errors import MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.metrics import Metrics
from mycrm_common.service import Wake
from mycrm_common.work import UnitOfWork

_BATCH = 100
_LEASE = timedelta(seconds=30)
_POLL_SECONDS = 2.0
_LONGEST_BACKOFF = 60.0


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
    ) -> None:
        self._bus = bus
        self._unit = unit
        self._clock = clock
        self._crash = crash
        self._log = log
        self._owner = owner
        self._wake = wake
        self._metrics = metrics
        self._failures = 0

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            if not await self.relay_some():
                await self._wake.wait(_POLL_SECONDS)

    async def relay_some(self) -> int:
        """Relay one batch and return how many events are now held by the bus."""
        async with self._unit() as work:
            claimed = await outbox.claim(work, owner=self._owner, limit=_BATCH, lease=_LEASE)
        if not claimed:
            return 0
        self._crash.reach("relay.claimed")
        envelopes = [envelope for row in claimed if (envelope := await self._read(row)) is not None]
        held = await self._publish(envelopes)
        self._crash.reach("relay.published")
        self._metrics.published(held=len(held), refused=len(envelopes) - len(held))
        missing = [envelope.id for envelope in envelopes if envelope.id not in held]
        async with self._unit() as work:
            await outbox.mark_sent(work, sorted(held), owner=self._owner)
            if missing:
                until = work.at + timedelta(seconds=self._backoff())
                await outbox.put_back(
                    work, missing, owner=self._owner, until=until, error="not held by the bus"
                )
        return len(held)

    async def _read(self, row: outbox.Claimed) -> Envelope | None:
        try:
            return unseal(row.body)
        except MyCRMError as error:
            # One row that was damaged must not hold up all that comes after it.
            self._log.error("relay.parked", event_id=row.event_id, error=error)
            async with self._unit() as work:
                await outbox.park(work, row.event_id, owner=self._owner, error=str(error))
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
        longest = min(2.0**self._failures, _LONGEST_BACKOFF)
        return longest * random.random()  # noqa: S311 - full jitter spreads retries, it keeps no secret
