"""Statistics: the weeks that are counted, and what is told of them.

Weeks are ISO weeks of the team's time zone: Monday to Sunday, named by the year that holds their Thursday, so that
none is cut in two at New Year.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from mycrm_api.domain.days import day_of, start_of

USUAL_WEEKS = 20
MOST_WEEKS = 520
# What looks at each customer's mail goes back two years.
MOST_WEEKS_OF_WORK = 104


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One ISO week, from its first moment to the first of the next."""

    name: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekOfMail:
    """How much mail came and went in a week."""

    week: str
    receive: int
    sendto: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerCount:
    """How many customers have a rating and a validity."""

    importance: int
    valid: int
    count: int


def weeks_until(at: datetime, *, count: int, zone: tzinfo) -> list[Week]:
    """Return that many weeks, oldest first; the last one is the week that `at` lies in."""
    today = day_of(at, zone)
    monday = today - timedelta(days=today.weekday())
    return [_week(monday - timedelta(weeks=back), zone) for back in reversed(range(count))]


def _week(monday: date, zone: tzinfo) -> Week:
    year, number, _ = monday.isocalendar()
    return Week(
        name=f"{year}-W{number:02}",
        begins=start_of(monday, zone),
        ends=start_of(monday + timedelta(weeks=1), zone),
    )
