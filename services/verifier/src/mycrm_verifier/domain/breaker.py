"""A provider that fails three times in a row is left alone: an hour, then two, up to a day.

After the rest one question tries it. Whatever a provider's failure is, it says nothing about an address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

MOST_FAULTS: Final = 3
_REST: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaker:
    """How many questions in a row failed, the last reason, and until when nobody asks."""

    faults: int = 0
    fault: str = ""
    broken_until: datetime | None = None


def after_fault(breaker: Breaker, reason: str, *, at: datetime) -> Breaker:
    """Return the breaker after one more failure."""
    faults = breaker.faults + 1
    if faults < MOST_FAULTS:
        return Breaker(faults=faults, fault=reason)
    rest = min(_REST * (1 << min(faults - MOST_FAULTS, 10)), _LONGEST)
    return Breaker(faults=faults, fault=reason, broken_until=at + rest)


def shut(breaker: Breaker, reason: str, *, at: datetime) -> Breaker:
    """Return the breaker where it is known without a question that none would be answered."""
    return after_fault(replace(breaker, faults=max(breaker.faults, MOST_FAULTS - 1)), reason, at=at)


def rests_until(breaker: Breaker, *, at: datetime) -> datetime | None:
    """Return until when the provider is left alone; None if it may be asked. A clock that is set back is no reason."""
    until = breaker.broken_until
    if until is None or until <= at:
        return None
    rest = min(_REST * (1 << min(max(breaker.faults - MOST_FAULTS, 0), 10)), _LONGEST)
    return min(until, at + rest)
