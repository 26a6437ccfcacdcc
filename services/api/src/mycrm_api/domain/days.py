"""Calendar days in a time zone: which day a moment lies in, and when a day begins.

A day begins at its first moment, which is not always midnight: where clocks are put forward at midnight it is an hour
later by the clock, and where they are put back just after it, the first of the two.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo


def team_zone(settings: Mapping[str, object], *, default: str) -> ZoneInfo:
    """Return the team's time zone: the one that is set, else the default."""
    return ZoneInfo(str(settings["time_zone"]) or default)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the day that a moment lies in."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a day, in UTC."""
    # What the clocks jump over is reckoned with the offset from before the jump, and so gives the jump itself.
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
