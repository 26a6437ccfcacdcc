"""Follow-up debt: how many customers were due at the end of each week, by the rule of the follow-up list.

A customer is counted with today's rating, validity and company, from the week on in which it was added. It was due at a
moment unless it, or anybody of its company who is not invalid, had been contacted within so many calendar days before.
What people noted (snoozed, done) is left out: of the past only the last mark is known. Contacts are the mails that we
sent, as far as they are kept, and the last contact that each customer carries; debt further back than mail is kept for
is too high by those whose only proof of contact is gone.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from mycrm_api.domain.days import day_of, start_of
from mycrm_api.domain.statistics import Week

# A company by its key, or a customer without one by its id.
Group = str | int

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The end of a week, or now in the present one, and since when a contact was recent enough at that moment."""

    week: str
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekOfDebt:
    """How many customers were due when a week ended."""

    week: str
    due: int


def windows_of(weeks: Sequence[Week], *, at: datetime, days: int, zone: tzinfo) -> list[Window]:
    """Return the window of each week."""
    return [_window(week, min(week.ends - _INSTANT, at), days=days, zone=zone) for week in weeks]


def group_of(customer_id: int, company_key: str) -> Group:
    """Return with whom a customer is contacted."""
    return company_key or customer_id


class Contacts:
    """In which windows whom was contacted; a set of windows is one number, a bit for each."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self._until = [window.until for window in windows]
        self._since = [window.since for window in windows]
        self._windows_of: dict[Group, int] = defaultdict(int)

    def note(self, group: Group, moment: datetime) -> None:
        """Take in one contact."""
        first = bisect_left(self._until, moment)
        behind = bisect_right(self._since, moment)
        if first < behind:
            self._windows_of[group] |= (1 << behind) - (1 << first)

    def of(self, group: Group) -> int:
        """Return the windows in which a group was contacted."""
        return self._windows_of.get(group, 0)

    def groups(self) -> Iterator[Group]:
        """Return everybody who was contacted."""
        return (group for group, windows in self._windows_of.items() if windows)


def debts(
    windows: Sequence[Window],
    *,
    added: Sequence[int],
    contacted: Iterable[tuple[int, datetime]],
) -> list[WeekOfDebt]:
    """Return who was due in each window.

    `added` counts who was there by the end of each window; `contacted` are those of them whom contacts are known of,
    each with the windows of its contacts and the moment when it was added.
    """
    free = [0] * len(windows)
    for in_windows, since in contacted:
        for number, window in enumerate(windows):
            free[number] += bool(in_windows >> number & 1) and since <= window.until
    return [
        WeekOfDebt(week=window.week, due=there - spared)
        for window, there, spared in zip(windows, added, free, strict=True)
    ]


def _window(week: Week, moment: datetime, *, days: int, zone: tzinfo) -> Window:
    since = start_of(day_of(moment, zone) - timedelta(days=days), zone)
    return Window(week=week.name, since=since, until=moment)
