"""What the services log."""

from typing import Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.logs import LogEntry, LogList
from mycrm_common.work import Reading, Work


class Logs(Protocol):
    """What the services have logged."""

    async def page(self, reading: Reading, wanted: LogList) -> Page[LogEntry]:
        """Return one page of a service's log, newest first."""
        ...

    async def newest(self, reading: Reading, service: str) -> int | None:
        """Return the id of the newest line of a service's log."""
        ...

    async def clear_some(self, work: Work, service: str, *, until: int, limit: int) -> int:
        """Remove some lines of a service's log up to the one of that id, and return how many that were."""
        ...

    async def after(self, reading: Reading, wanted: LogList, *, place: int) -> list[LogEntry]:
        """Return the first lines of a service's log with an id above a place, the oldest first."""
        ...

    async def newest_of_all(self, reading: Reading) -> int:
        """Return the id of the newest line of all logs, 0 without any."""
        ...
