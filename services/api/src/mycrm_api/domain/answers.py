"""Answers: of the customers to whom we wrote in a week, how many wrote back within n days.

A customer counts once in a week. It has answered if a mail of its own, not one that a machine or a list wrote, came
after a mail of that week that we sent it, and no later than n times 24 hours after it. A week is complete when the n
days after its end are over.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mycrm_api.domain.statistics import Week

MOST_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekOfAnswers:
    """How many customers we wrote to in a week, and how many of them answered."""

    week: str
    written: int
    answered: int
    is_complete: bool


def count_answers(
    week: Week,
    *,
    sent: Iterable[tuple[int, datetime]],
    received: Iterable[tuple[int, datetime]],
    days: int,
    at: datetime,
) -> WeekOfAnswers:
    """Count one week from its sent mails and those that were received until n days after its end, by customer."""
    patience = timedelta(days=days)
    sent_to, came_from = _by_customer(sent), _by_customer(received)
    answered = [
        customer
        for customer, moments in sent_to.items()
        if _is_answered(moments, came_from.get(customer, ()), patience=patience)
    ]
    return WeekOfAnswers(
        week=week.name,
        written=len(sent_to),
        answered=len(answered),
        is_complete=week.ends + patience <= at,
    )


def _by_customer(mails: Iterable[tuple[int, datetime]]) -> Mapping[int, list[datetime]]:
    moments: dict[int, list[datetime]] = defaultdict(list)
    for customer, moment in mails:
        moments[customer].append(moment)
    return moments


def _is_answered(sent: Sequence[datetime], received: Sequence[datetime], *, patience: timedelta) -> bool:
    # Each answer looks back to the newest mail before it: an older one can only be further away.
    newest_first = sorted(sent, reverse=True)
    for came in received:
        before = next((moment for moment in newest_first if moment < came), None)
        if before is not None and came - before <= patience:
            return True
    return False
