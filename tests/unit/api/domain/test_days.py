"""Days in time zones, at the borders where clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mycrm_api.domain.days import day_of, start_of, team_zone

INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("UTC", date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)),
        ("Asia/Shanghai", date(2026, 3, 2), datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 3, 2), datetime(2026, 3, 1, 18, 15, tzinfo=UTC)),
        # Put forward and back in the small hours.
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 2), datetime(2026, 11, 2, 5, tzinfo=UTC)),
        # There was no midnight: the day began at one o'clock.
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # There were two: the day began with the first.
        ("America/Havana", date(2025, 11, 2), datetime(2025, 11, 2, 4, tzinfo=UTC)),
        # There was no such day at all; where it should have begun, the next one did.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_its_first_moment(zone: str, day: date, first: datetime) -> None:
    where = ZoneInfo(zone)

    assert start_of(day, where) == first
    assert day_of(first, where) >= day
    assert day_of(first - INSTANT, where) < day


def test_the_team_has_the_zone_that_is_set_or_else_the_machines() -> None:
    assert team_zone({"time_zone": "Asia/Shanghai"}, default="UTC").key == "Asia/Shanghai"
    assert team_zone({"time_zone": ""}, default="Europe/Berlin").key == "Europe/Berlin"
