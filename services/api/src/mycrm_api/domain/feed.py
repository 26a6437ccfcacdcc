"""The feed: every event in the order of its `seq`, for whoever wants to know what happened and goes on from there.

The relay numbers events without gaps, so a place in the feed is one number: that of the last event seen. Events are
kept for a week. Whoever comes back later than that, or names a place that is yet to come (the database was put back),
cannot be told what was missed: only that, and where the feed stands now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Missed = Literal["forgotten", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEvent:
    """One event as the feed tells it."""

    seq: int
    id: str
    type: str
    time: datetime
    subject: str
    source: str
    correlation_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedBounds:
    """The first and the last number of what is kept; where nothing is, the first lies behind the last."""

    oldest: int
    newest: int

    def missed(self, place: int | None) -> Missed | None:
        """Return why somebody who has seen all up to a place cannot simply go on from there, or None."""
        if place is None or self.oldest - 1 <= place <= self.newest:
            return None
        return "unknown" if place > self.newest else "forgotten"


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedSlice:
    """Some events, and the place up to which that was looked."""

    events: list[FeedEvent]
    place: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedList:
    """Which part of the feed is asked for, the oldest first; no types means all."""

    types: frozenset[str] = frozenset()
    after: int | None = None
    cursor: str | None = None
    limit: int = 50
    exact: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPage:
    """One page of the feed, and what is kept of it at all."""

    items: list[FeedEvent]
    next_cursor: str | None
    previous_cursor: str | None
    total: int | None
    oldest: int
    newest: int
