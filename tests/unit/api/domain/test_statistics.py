"""The weeks of the statistics."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mycrm_api.domain.statistics import weeks_until


def test_weeks_are_named_by_the_year_of_their_thursday() -> None:
    weeks = weeks_until(datetime(2027, 1, 5, 12, tzinfo=UTC), count=3, zone=ZoneInfo("UTC"))

    assert [week.name for week in weeks] == ["2026-W52", "2026-W53", "2027-W01"]
    assert weeks[0].begins == datetime(2026, 12, 21, tzinfo=UTC)


def test_a_week_begins_on_monday_in_the_teams_zone() -> None:
    # In Shanghai it is Monday already.
    at = datetime(2026, 3, 1, 16, tzinfo=UTC)

    (shanghai,) = weeks_until(at, count=1, zone=ZoneInfo("Asia/Shanghai"))
    (london,) = weeks_until(at, count=1, zone=ZoneInfo("Europe/London"))

    assert (shanghai.name, shanghai.begins) == ("2026-W10", at)
    assert (london.name, london.ends) == ("2026-W09", datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(("sunday", "hours"), [((3, 29), 167), ((10, 25), 169), ((6, 7), 168)])
def test_the_week_in_which_clocks_are_changed_is_an_hour_shorter_or_longer(
    sunday: tuple[int, int], hours: int
) -> None:
    (week,) = weeks_until(datetime(2026, *sunday, 12, tzinfo=UTC), count=1, zone=ZoneInfo("Europe/Berlin"))

    assert week.ends - week.begins == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Africa/Cairo", "Pacific/Apia"])
def test_weeks_follow_one_another_without_gaps(zone: str) -> None:
    at = datetime(2026, 11, 22, 23, tzinfo=UTC)

    weeks = weeks_until(at, count=520, zone=ZoneInfo(zone))

    assert len({week.name for week in weeks}) == 520
    assert all(one.ends == other.begins for one, other in pairwise(weeks))
    assert weeks[-1].begins <= at < weeks[-1].ends
