"""The budget of questions: at most N in any rolling hour, over all replicas, restarts and crashes.

A classic bucket (holds N, refills N per hour) lets almost 2 N through within one hour: N at once, and those that
drip in meanwhile. Here each token is a thing of its own: it comes back one hour after it was used. Whatever hour one
looks at, each token was used at most once in it.

A token counts as used when it is taken, before the question is asked, so a crash leaves it spent. Between taking and
asking a moment passes, which may be longer for this question than for the one an hour later; therefore a question
that cannot go out within `SLACK` is not asked at all, and a token stays away for an hour and `SLACK`.

Clocks are set back. What then lies in the future was used now at the latest, and no block is longer than a whole one
from now: a step costs at most an hour.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)
SLACK: Final = timedelta(seconds=5)
AWAY: Final = HOUR + SLACK
BLOCK: Final = timedelta(minutes=61)


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The tokens that are away, by the moment of their use, the oldest first; and until when nobody may ask."""

    per_hour: int
    used: tuple[datetime, ...] = ()
    blocked_until: datetime | None = None


def settled(budget: Budget, *, at: datetime) -> Budget:
    """Return the budget as it is at a moment: tokens that are back are in it, and nothing lies in the future."""
    away = sorted(min(used, at) for used in budget.used if used + AWAY > at)
    block = budget.blocked_until
    until = None if block is None or block <= at else min(block, at + BLOCK)
    return replace(budget, used=tuple(away), blocked_until=until)


def free_tokens(budget: Budget, *, at: datetime) -> int:
    """Return how many questions may be asked at a moment."""
    now = settled(budget, at=at)
    return 0 if now.blocked_until else max(0, now.per_hour - len(now.used))


def opens_at(budget: Budget, *, at: datetime) -> datetime | None:
    """Return when the next question may be asked: `at` if at once, None if never."""
    if budget.per_hour < 1:
        return None
    now = settled(budget, at=at)
    missing = len(now.used) - now.per_hour
    back = now.used[missing] + AWAY if missing >= 0 else at
    return max(back, now.blocked_until or at)


def take(budget: Budget, *, at: datetime) -> Budget | None:
    """Return the budget with one token less, or None where there is none."""
    if not free_tokens(budget, at=at):
        return None
    now = settled(budget, at=at)
    return replace(now, used=(*now.used, at))


def block(budget: Budget, *, at: datetime) -> Budget:
    """Return the budget after the answer that the limit is reached: nobody asks for 61 minutes."""
    return replace(settled(budget, at=at), blocked_until=at + BLOCK)


def spend_all(budget: Budget, when: datetime, *, at: datetime) -> Budget:
    """Return the budget when somebody else has spent a whole hour's questions at a moment that is known."""
    moment = min(when, at)
    unspent = max(0, budget.per_hour - len(settled(budget, at=at).used))
    now = settled(replace(budget, used=(*budget.used, *[moment] * unspent)), at=at)
    until = moment + BLOCK
    return now if until <= at else replace(now, blocked_until=max(until, now.blocked_until or until))


def expected_at(places: Iterable[int], budget: Budget, *, at: datetime) -> list[datetime | None]:
    """Return about when the questions at these places of the queue (from 0) are asked, each token in its turn."""
    if budget.per_hour < 1:
        return [None for _ in places]
    now = settled(budget, at=at)
    earliest = now.blocked_until or at
    away = now.used[-now.per_hour :]
    back = [*[at] * (now.per_hour - len(away)), *(used + AWAY for used in away)]
    turns = sorted(max(moment, earliest) for moment in back)
    return [turns[place % now.per_hour] + AWAY * (place // now.per_hour) for place in places]
