"""Logs: one structured line per thing that happened, with an `action`, its service and a correlation id.

Lines go to the console (JSON when it is no terminal) and to a `LogShelf`, from which the runner writes them to
the database in batches. Values that look like secrets never get through, whoever passes them.
"""

import logging
import re
import sys
from collections import deque
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TextIO, cast

import structlog

from mycrm_common.clock import Clock

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SECRET_NAME = re.compile(r"passw|secret|token|authorization|cookie|api_key|sealed|credential", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(\w+://[^/\s:@]*):[^/\s]*@")
_IN_TEXT = re.compile(
    r"((?:passw\w*|\w*secret|\w*token|api_key)[\"']?\s*[=:]\s*[\"']?|(?:bearer|basic)\s+(?=[\w+/.~=-]{12}))"
    r"[^\s&,;\"']+",
    re.IGNORECASE,
)
# Line ends, other controls, and halves of characters that no database takes.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HALVES = re.compile("[\ud800-\udfff]")
_MAIN = "api"
_SHELF_LENGTH = 5_000
_TEXT_LENGTH = 4_000

_correlation: ContextVar[str] = ContextVar("mycrm_correlation", default="")

Logger = structlog.typing.FilteringBoundLogger


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """One entry as people read it on the page."""

    at: datetime
    service: str
    level: int
    action: str
    text: str
    correlation_id: str


class LogShelf:
    """Keeps the newest lines until they are written; the oldest fall off first, and are counted.

    People read logs by service. What is no service of this process, such as its relay, is read with `services[0]`,
    or with api where that runs here too.
    """

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=_SHELF_LENGTH)
        self.lost = 0
        self.services: Sequence[str] = ()

    def put(self, line: LogLine) -> None:
        """Keep a line."""
        self.lost += len(self._lines) == _SHELF_LENGTH
        self._lines.append(line)

    def take(self) -> list[LogLine]:
        """Return all that is kept, each line with the service that it is read with, and forget it."""
        lines = [self._housed(line) for line in self._lines]
        self._lines.clear()
        return lines

    def _housed(self, line: LogLine) -> LogLine:
        if not self.services or line.service in self.services:
            return line
        home = _MAIN if _MAIN in self.services else self.services[0]
        part = f"part={line.service} " if line.service else ""
        return replace(line, service=home, text=f"{part}{line.text}"[:_TEXT_LENGTH])


class _Console:
    """Where lines are shown: one that a full disk or a closed terminal refuses must not end what was going on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def correlation_id() -> str:
    """Return the id that ties together what one request or event set off, or nothing."""
    return _correlation.get()


def follow(identifier: str) -> None:
    """Tie what this task does from now on to a correlation id."""
    _correlation.set(identifier)


def open_logs(*, level: str, clock: Clock, shelf: LogShelf, shown: str = "debug") -> Logger:
    """Return the logger from which services bind theirs; the console gets what is at least as grave as `shown`."""

    def shelve(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        shelf.put(_line_of(entry, clock.now()))
        if LEVELS[entry["level"]] < LEVELS[shown]:
            raise structlog.DropEvent
        return entry

    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    logger: Logger = structlog.wrap_logger(
        structlog.PrintLogger(cast("TextIO", _Console(sys.stderr))),
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        processors=[
            structlog.processors.add_log_level,
            _describe_error,
            _hide_secrets,
            shelve,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
    )
    return logger


def _describe_error(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its kind and text; a traceback is kept for errors nobody expected."""
    error = entry.pop("error", None)
    if isinstance(error, BaseException):
        entry["error"] = f"{type(error).__name__}: {error}"
    elif error is not None:
        entry["error"] = error
    return structlog.processors.format_exc_info(_logger, _method, entry)


def _hide_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in entry.items():
        entry[name] = _hidden(name, value)
    return entry


def _hidden(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name):
        return "***"
    if isinstance(value, Mapping):
        return {str(key): _hidden(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_hidden(name, inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    # Whatever else it is would be turned into text further on, past this place.
    text = _HALVES.sub("\ufffd", _IN_TEXT.sub(r"\1***", _URL_PASSWORD.sub(r"\1:***@", str(value))))
    return text if name == "exception" else _one_line(text)


def _line_of(entry: Mapping[str, Any], at: datetime) -> LogLine:
    told = {
        key: value for key, value in entry.items() if key not in {"event", "level", "service", "exception"}
    }
    text = " ".join(f"{key}={_one_line(value)}" for key, value in told.items())
    return LogLine(
        at=at,
        service=str(entry.get("service", "")),
        level=LEVELS.get(str(entry.get("level")), logging.INFO),
        action=_one_line(entry.get("event", ""))[:80],
        text=text[:_TEXT_LENGTH],
        correlation_id=correlation_id(),
    )


def _one_line(value: object) -> str:
    # A mail's subject must not be able to start a line of its own in the log.
    return _CONTROLS.sub(" ", str(value))
