"""Events that were set aside."""

from collections.abc import Collection, Sequence
from typing import Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.feed import FeedBounds, FeedList, FeedPage, FeedSlice
from mycrm_api.domain.parked import ParkedEvent, ParkedFilter, ParkedList
from mycrm_common.work import Reading, Work


class Parked(Protocol):
    """Events that were set aside."""

    async def page(self, reading: Reading, wanted: ParkedList) -> Page[ParkedEvent]:
        """Return one page of the parked events, newest first."""
        ...

    async def by_id(self, reading: Reading, parked_id: int) -> ParkedEvent | None:
        """Return the parked event of that id, with all that is kept of its body."""
        ...

    async def replayable_ids(
        self, reading: Reading, which: ParkedFilter, *, after: int, limit: int
    ) -> Sequence[int]:
        """Return the first ids above `after` of those parked events that can be tried again."""
        ...

    async def make_due(self, work: Work, parked_ids: Sequence[int]) -> int:
        """Let parked events be tried again from the first attempt, and return how many were parked still."""
        ...


class Feed(Protocol):
    """Every event in its order, as long as it is kept."""

    async def bounds(self, reading: Reading) -> FeedBounds:
        """Return the first and the last number of the events that are kept."""
        ...

    async def after(
        self, reading: Reading, place: int, *, types: Collection[str] = (), limit: int
    ) -> FeedSlice:
        """Return the events that follow a place, as far as one span goes."""
        ...

    async def page(self, reading: Reading, wanted: FeedList) -> FeedPage:
        """Return one page of the feed, the oldest first."""
        ...
