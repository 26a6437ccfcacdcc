"""The newest events, kept in memory so that a hundred streams cost one look at the database.

Whoever reads on near the end is answered from here; whoever comes from further back reads the database until it has
caught up. A look is due when the relay of this process has numbered events, and after a second in any case: other
processes number theirs in silence.
"""

import asyncio
from collections import deque
from collections.abc import Collection

from mycrm_api.domain.feed import FeedBounds, FeedEvent, FeedSlice
from mycrm_api.ports.events import Feed
from mycrm_common.work import ReadingRoom

_LOOK_SECONDS = 1.0
_KEPT = 1_000
_AT_ONCE = 500
_LOOKS = 4


class LiveFeed:
    """What happened lately, for many readers."""

    def __init__(self, *, feed: Feed, reading: ReadingRoom) -> None:
        self._feed = feed
        self._reading = reading
        self._lock = asyncio.Lock()
        self._recent: deque[FeedEvent] = deque(maxlen=_KEPT)
        self._place: int | None = None
        self._looked_at = 0.0
        self._is_stale = True

    def nudge(self) -> None:
        """Let the next question be answered from the database."""
        self._is_stale = True

    async def bounds(self) -> FeedBounds:
        """Return the first and the last number of the events that are kept."""
        async with self._reading() as look:
            return await self._feed.bounds(look)

    async def after(self, place: int, *, types: Collection[str]) -> FeedSlice:
        """Return some events of these types that follow a place, all of them if none are named."""
        newest = await self._look_if_due()
        if place >= newest:
            return FeedSlice(events=[], place=place)
        if self._recent and self._recent[0].seq <= place + 1:
            news = [event for event in self._recent if event.seq > place]
            return FeedSlice(events=[event for event in news if _is_of(event, types)], place=newest)
        async with self._reading() as look:
            return await self._feed.after(look, place, types=types, limit=_AT_ONCE)

    async def _look_if_due(self) -> int:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._place is None or self._is_stale or now - self._looked_at >= _LOOK_SECONDS:
                self._is_stale = False
                self._looked_at = now
                self._place = await self._look(self._place)
            return self._place

    async def _look(self, place: int | None) -> int:
        async with self._reading() as look:
            newest = (await self._feed.bounds(look)).newest
            if place is None or newest - place > _AT_ONCE * _LOOKS or newest < place:
                # Nobody has read for long, or the database was put back: what is in between is theirs to look up.
                self._recent.clear()
                return newest
            for _ in range(_LOOKS):
                some = await self._feed.after(look, place, limit=_AT_ONCE)
                self._recent.extend(some.events)
                place = some.place
                if len(some.events) < _AT_ONCE:
                    break
            return place


def _is_of(event: FeedEvent, types: Collection[str]) -> bool:
    return not types or event.type in types
