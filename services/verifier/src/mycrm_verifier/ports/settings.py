"""What people set while MyCRM runs, and what an earlier verifier has left."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from mycrm_common.work import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """Who is to be asked, and how often."""

    provider: str
    per_hour: int


class SettingsStore(Protocol):
    """The settings that can be changed at run time."""

    async def wishes(self, reading: Reading, default: Wishes) -> Wishes:
        """The present wishes; what nobody has set is as in the default."""
        ...

    async def mail_checked_date(self, reading: Reading, zone: tzinfo) -> datetime | None:
        """When the last check was finished; a moment without a zone is of the team's."""
        ...
