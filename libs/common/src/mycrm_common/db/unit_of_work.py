"""One transaction of one service, and the only place that commits.

Leaving the block without an error writes the told events to the outbox and commits both together; an error
rolls both back. After a commit that told something, the relay is woken.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from mycrm_common.bus.codec import seal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.clock import Clock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import leases, outbox
from mycrm_common.db.engine import Database
from mycrm_common.events.registry import Event
from mycrm_common.handover import LEASE, Handover
from mycrm_common.ids import new_ids
from mycrm_common.logs import correlation_id
from mycrm_common.work import Work

_PIECE = 500


class SqlUnits:
    """Opens units of work for one service."""

    def __init__(
        self,
        database: Database,
        *,
        service: str,
        clock: Clock,
        crash: CrashPoints,
        told: Callable[[], None] = lambda: None,
        handover: Handover | None = None,
        lasting: bool = False,
    ) -> None:
        self._database = database
        self._service = service
        self._clock = clock
        self._crash = crash
        self._told = told
        self._handover = handover
        self._lasting = lasting

    def __call__(self) -> AbstractAsyncContextManager[Work]:
        """Begin a transaction that is committed when the block ends well."""
        return self._unit()

    @asynccontextmanager
    async def _unit(self) -> AsyncIterator[Work]:
        async with self._database.writing(self._service, lasting=self._lasting) as connection:
            await connection.begin()
            await self._database.look_at_the_time(connection)
            work = Work(connection, at=self._clock.now())
            yield work
            await leases.check(work)
            await self.conclude(work)
        if work.told:
            self._told()

    async def conclude(self, work: Work) -> None:
        """Write the events beside what they tell, and make all of it true."""
        hand = self._handover if self._handover and self._handover.has_room(len(work.told)) else None
        owner = hand.owner if hand else None
        envelopes: list[Envelope] = []
        # In pieces: whoever tells ten thousand events at once would keep everybody else waiting while they are sealed.
        for start in range(0, len(work.told), _PIECE):
            piece = self._sealed(work.told[start : start + _PIECE], work)
            await outbox.put(work, piece, service=self._service, claimed_by=owner, lease=LEASE)
            envelopes += piece
        if work.told:
            self._crash.reach("unit.before_commit")
        await work.connection.commit()
        if work.told:
            self._crash.reach("unit.committed")
        if hand:
            hand.give(envelopes)

    def _sealed(self, events: Sequence[Event], work: Work) -> list[Envelope]:
        follows = correlation_id()
        return [
            seal(event, event_id=event_id, service=self._service, at=work.at, correlation_id=follows)
            for event, event_id in zip(events, new_ids(work.at, len(events)), strict=True)
        ]
