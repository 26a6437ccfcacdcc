"""What the services have logged, as people read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LogLevel = Literal["debug", "info", "warning", "error"]
LOGGING_SERVICES = ("mail-fetcher", "verifier", "backup", "api")


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEntry:
    """One line of a log."""

    id: int
    at: datetime
    service: str
    level: LogLevel
    action: str
    text: str
    correlation_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogList:
    """Which part of a service's log is asked for; the newest lines come first."""

    service: str
    level: LogLevel | None = None
    q: str = ""
    after: int | None = None
    cursor: str | None = None
    limit: int = 50
