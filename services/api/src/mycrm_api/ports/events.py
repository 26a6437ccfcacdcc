"""Events that were set aside."""

from collections.abc import Sequence
from typing import Protocol

from mycrm_api.domain.cursors import Page
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
