"""The end of a log, live.

Several processes write to one table, and a line with a lower number may come into sight after one with a higher. So
each look begins a little before the place that was reached, and leaves out what was told already.
"""

from collections.abc import Sequence
from dataclasses import replace

from mycrm_api.domain.logs import LogList
from mycrm_api.ports.logs import Logs
from mycrm_api.resources.log_views import LogEntryView
from mycrm_api.resources.streams import Told
from mycrm_common.work import ReadingRoom

_LATE = 100
_AT_ONCE = 200


class LogTail:
    """The lines of a log for one reader, as they come."""

    def __init__(self, wanted: LogList, *, place: int, logs: Logs, reading: ReadingRoom) -> None:
        self._wanted = replace(wanted, limit=_AT_ONCE + _LATE)
        self._place = place
        self._logs = logs
        self._reading = reading
        self._told: set[int] | None = None

    @property
    def place(self) -> str:
        """The number of the newest line that was looked at."""
        return str(self._place)

    async def more(self) -> Sequence[Told]:
        """Return the lines that are new, the oldest first."""
        async with self._reading() as look:
            newest = await self._logs.newest_of_all(look)
            lines = await self._logs.after(look, self._wanted, place=max(self._place - _LATE, 0))
        if self._told is None:
            self._told = {line.id for line in lines if line.id <= self._place}
        news = [line for line in lines if line.id not in self._told]
        told = []
        for line in news:
            self._place = max(self._place, line.id)
            told.append(Told(place=self.place, data=LogEntryView.model_validate(line).model_dump_json()))
        if len(lines) < self._wanted.limit:
            self._place = max(self._place, newest)
        self._told = {line.id for line in lines if line.id > self._place - _LATE}
        return told
