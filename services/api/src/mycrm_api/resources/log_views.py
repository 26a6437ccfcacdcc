"""How a line of a log is shown."""

from datetime import datetime

from mycrm_api.domain.logs import LogLevel
from mycrm_api.resources.route import View


class LogEntryView(View):
    """One line of a log."""

    id: int
    at: datetime
    service: str
    level: LogLevel
    action: str
    text: str
    correlation_id: str
