"""Which old copies are removed, and which never.

On FTP a file's age comes from the server's modification time, elsewhere from the day in its name; a day is a day of
the team's calendar, and older than ten days is eleven. Only files whose names match the pattern are ever removed,
never the new one, never the newest one that was proven to restore, none that claims to come from the future. Where
the age cannot be known for sure, nothing is removed, and that is said.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mycrm_backup.domain.names import NamePattern

NO_DAY = "names_hold_no_day"
NO_TIME = "server_tells_no_time"


class AgeBy(StrEnum):
    """Where a target's files have their age from."""

    NAME = "name"
    TIME = "time"


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file on a target; `modified_at` is None where the server does not tell it exactly."""

    path: str
    size: int
    modified_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruning:
    """What is to be removed, or why nothing can be."""

    remove: tuple[str, ...] = ()
    reason: str = ""


def files_to_remove(
    files: Iterable[File],
    *,
    pattern: NamePattern,
    age_by: AgeBy,
    keep: Collection[str],
    days_saved: int,
    now: datetime,
) -> Pruning:
    """Return the paths that are older than `days_saved`; `now` is in the team's zone, `keep` are never removed."""
    ours = [file for file in files if pattern.is_ours(file.path)]
    if age_by is AgeBy.NAME and not pattern.holds_day:
        return Pruning(reason=NO_DAY)
    if age_by is AgeBy.TIME and any(file.modified_at is None for file in ours):
        return Pruning(reason=NO_TIME)
    days = {file.path: _day(file, pattern=pattern, age_by=age_by, now=now) for file in ours}
    old = sorted(
        path
        for path, day in days.items()
        if day is not None and (now.date() - day).days > days_saved and path not in keep
    )
    return Pruning(remove=tuple(old))


def _day(file: File, *, pattern: NamePattern, age_by: AgeBy, now: datetime) -> date | None:
    if age_by is AgeBy.NAME:
        return pattern.day_of(file.path)
    return file.modified_at.astimezone(now.tzinfo).date() if file.modified_at else None
