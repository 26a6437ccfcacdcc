"""Checks of addresses: what was found, who waits, and about when each has its turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# As the verifier has it: a token comes back an hour and a little after its use.
AWAY: Final = timedelta(hours=1, seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One finding about an address, and what it rests on."""

    id: int
    customer_id: int
    email: str
    verdict: str
    valid: int | None
    log: str
    source: str
    evidence: str
    known_at: datetime
    checked_at: datetime
    credits: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An address that waits, and about when it is checked; None where that cannot be told."""

    customer_id: int
    email: str
    lane: str
    queued_at: datetime
    expected_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """How it stands with the checks."""

    provider: str
    per_hour: int
    waiting: int
    free_calls: int
    blocked_until: datetime | None
    fault: str
    credits: int | None
    ends_at: datetime | None
    items: tuple[Waiting, ...]


def expected_at(
    place: int, *, per_hour: int, used: Sequence[datetime], blocked_until: datetime | None, at: datetime
) -> datetime | None:
    """Return about when the question at this place (from 0) of the queue is asked, each token in its turn."""
    if per_hour < 1:
        return None
    earliest = max(at, blocked_until or at)
    away = sorted(used)[-per_hour:]
    back = [*[at] * (per_hour - len(away)), *(moment + AWAY for moment in away)]
    turns = sorted(max(moment, earliest) for moment in back)
    return turns[place % per_hour] + AWAY * (place // per_hour)
