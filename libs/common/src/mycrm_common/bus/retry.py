"""When a failed event is tried again, and when it is set aside: the one table that reads an error's kind.

A consumer: delays of 5 s, 30 s, 5 min, 30 min and 2 h, each with up to a fifth of jitter, then parked. What can never
succeed is parked at once. A database that is away, or full, is nobody's fault: it is waited for, and not counted.
The relay: twice as long each time up to an hour, less up to half of it, and parked after the twentieth refusal.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mycrm_common.errors import Kind, MyCRMError

_DELAYS = (5, 30, 300, 1_800, 7_200)
_JITTER = 0.2
_DATABASE_AWAY = frozenset({"database_busy", "database_unavailable", "storage_full"})
MOST_ATTEMPTS = len(_DELAYS) + 1
MOST_REFUSALS = 20
LONGEST_REFUSAL = timedelta(hours=1)


class Fate(StrEnum):
    """What becomes of an event whose attempt failed."""

    WAIT = "wait"
    RETRY = "retry"
    PARK = "park"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A fate, and for a retry how long to wait."""

    fate: Fate
    delay: timedelta = timedelta(0)


def judge(error: Exception, *, attempts: int, luck: float) -> Verdict:
    """Decide by the error's kind and the attempts made so far; `luck` from 0 to 1 spreads the retries."""
    kind = error.kind if isinstance(error, MyCRMError) else Kind.BUG
    if isinstance(error, MyCRMError) and error.code in _DATABASE_AWAY:
        return Verdict(fate=Fate.WAIT)
    if kind is Kind.INVALID or attempts >= MOST_ATTEMPTS:
        return Verdict(fate=Fate.PARK)
    seconds = _DELAYS[max(attempts, 1) - 1] * (1 + _JITTER * luck)
    return Verdict(fate=Fate.RETRY, delay=timedelta(seconds=seconds))


def judge_refusal(*, attempts: int, luck: float) -> Verdict:
    """Decide about an event that the bus will not take as it is; what a bus that is away costs is not counted."""
    if attempts >= MOST_REFUSALS:
        return Verdict(fate=Fate.PARK)
    seconds = min(2.0**attempts, LONGEST_REFUSAL.total_seconds())
    return Verdict(fate=Fate.RETRY, delay=timedelta(seconds=seconds * (1 - luck / 2)))


def longest_delay(attempts: int) -> timedelta:
    """Return the longest time that a consumer's event is made to wait after so many attempts."""
    if not attempts:
        return timedelta(0)
    return timedelta(seconds=_DELAYS[min(attempts, len(_DELAYS)) - 1] * (1 + _JITTER))
