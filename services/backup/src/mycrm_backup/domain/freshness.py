"""Since when copies are missing, and when to say so: once a day, until one is there that can be relied on."""

from datetime import datetime, timedelta

from mycrm_backup.domain.timer import Timer

_USUAL = timedelta(hours=26)
_AFTER_THE_NEXT = timedelta(hours=2)
_AGAIN = timedelta(days=1)


def age_allowed(timer: Timer) -> timedelta:
    """Return how old the newest copy may be: 26 hours, or a little more than the timer's own distance."""
    return max(_USUAL, timer.every + _AFTER_THE_NEXT) if timer.every else _USUAL


def is_missing(*, now: datetime, newest: datetime, told: datetime | None, allowed: timedelta) -> bool:
    """Tell whether it is to be said now that copies are missing; `newest` is the last moment that all was well."""
    if now - newest <= allowed:
        return False
    return told is None or now - told >= _AGAIN
