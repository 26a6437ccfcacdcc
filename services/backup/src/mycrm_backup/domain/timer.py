"""When copies are due: times of day in the team's zone, or every so often.

A run is due when a due time lies between the last one that was begun and now, however many were missed meanwhile:
one catches up for all. Where summer time skips a time of day it is due an hour later, where it repeats one, once.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from mycrm_common.errors import Kind, MyCRMError

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_EVERY = re.compile(r"every ([1-9]\d{0,3})(m|h|d)", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DAYS_BACK = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """Times of day, or a distance."""

    times: tuple[time, ...] = ()
    every: timedelta | None = None

    @classmethod
    def read(cls, text: str) -> "Timer":
        """Read `03:00`, `03:00, 15:30` or `every 6h`; raise `backup_timer_invalid` for anything else."""
        if match := _EVERY.fullmatch(text.strip()):
            return cls(every=int(match[1]) * _UNITS[match[2]])
        found = [_TIME.fullmatch(part.strip()) for part in text.split(",")]
        if not all(found):
            raise MyCRMError(
                "backup_timer_invalid", Kind.INVALID, "times of day like 03:00,15:30, or every 6h"
            )
        return cls(times=tuple(sorted({time(int(one[1]), int(one[2])) for one in found if one})))

    def due_at(self, now: datetime, *, after: datetime, zone: tzinfo) -> datetime | None:
        """Return the newest due time after a moment and until now, or None."""
        if self.every is not None:
            # A clock that was put back must not put the next copy off by more than the distance.
            since = min(after, now) + self.every
            return now if since <= now else None
        due = max(moment for moment in self._moments(now, zone=zone) if moment <= now)
        return due if due > min(after, now) else None

    def next_after(self, now: datetime, *, after: datetime, zone: tzinfo) -> datetime:
        """Return when the next copy is due, as far as one can tell now."""
        if self.every is not None:
            return min(after, now) + self.every
        return min(moment for moment in self._moments(now, zone=zone) if moment > now)

    def _moments(self, now: datetime, *, zone: tzinfo) -> list[datetime]:
        today = now.astimezone(zone).date()
        days = [today + timedelta(days=distance) for distance in range(-_DAYS_BACK, _DAYS_BACK + 1)]
        return [datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for day in days for at in self.times]
