"""Log lines: one line each, no secret in any of them."""

import errno
import io
import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mycrm_common.logs import Logger, LogLine, LogShelf, follow, open_logs
from tests.support.clock import FakeClock


class Book:
    """A logger with its shelf, and what stood on the console."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.shelf = LogShelf()
        self._capsys = capsys

    @cached_property
    def log(self) -> Logger:
        """The logger, opened by the test: pytest puts another console in place after the fixtures."""
        return open_logs(level="info", clock=FakeClock(), shelf=self.shelf)

    def written(self) -> tuple[list[LogLine], list[dict[str, Any]]]:
        """Return the lines on the shelf and those on the console."""
        console = self._capsys.readouterr().err.splitlines()
        return self.shelf.take(), [json.loads(line) for line in console]


@pytest.fixture
def book(capsys: pytest.CaptureFixture[str]) -> Book:
    return Book(capsys)


def test_a_line_has_its_moment_service_level_and_words(book: Book) -> None:
    follow("c1")
    book.log.bind(service="api").warning("customer.added", customer_id=7, name="王小明")
    follow("")
    (line,), (console,) = book.written()

    assert line == LogLine(
        at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        service="api",
        level=30,
        action="customer.added",
        text="customer_id=7 name=王小明",
        correlation_id="c1",
    )
    assert console["event"] == "customer.added"
    assert (console["service"], console["level"], console["customer_id"]) == ("api", "warning", 7)


def test_lines_below_the_level_are_not_written(book: Book) -> None:
    book.log.debug("too.quiet")

    assert book.written() == ([], [])


SECRETS: list[dict[str, Any]] = [
    {"password": "hunter2"},
    {"mail_passwd": "hunter2"},
    {"client_secret": b"hunter2"},
    {"api_key": "hunter2"},
    {"Authorization": "Bearer hunter2"},
    {"url": "amqp://user:hunter2@host:5672/v"},
    {"url": "mysql+aiomysql://user:hun@ter2hunter2@host/d"},
    {"urls": ["a", ("b", "amqp://user:hunter2@host/v")]},
    {"settings": {"deep": [{"token": "hunter2"}]}},
    {"reason": "GET https://shop.example/?consumer_secret=hunter2&page=1"},
    {"reason": "sent Authorization: Bearer hunter2hunter2"},
    {"reason": 'said {"password": "hunter2"}'},
    {"error": RuntimeError("cannot reach amqp://user:hunter2@host/v")},
    {"thing": RuntimeError("password=hunter2")},
]


@pytest.mark.parametrize("values", SECRETS, ids=range(len(SECRETS)))
def test_no_secret_reaches_shelf_or_console(book: Book, values: dict[str, Any]) -> None:
    book.log.info("something.happened", **values)
    (line,), (console,) = book.written()

    assert "hunter2" not in f"{line} {console}"
    assert "***" in line.text
    assert "***" in str(console)


def test_a_secret_in_a_stack_trace_is_hidden_and_the_trace_stays_off_the_shelf(book: Book) -> None:
    try:
        raise RuntimeError("amqp://user:hunter2@host/v")  # noqa: TRY301 - the trace is what is tested
    except RuntimeError as error:
        book.log.error("task.failed", error=error, exc_info=error)
    (line,), (console,) = book.written()

    assert "Traceback" in console["exception"]
    assert "Traceback" not in line.text
    assert "hunter2" not in f"{line} {console}"


def test_addresses_and_times_are_not_taken_for_secrets(book: Book) -> None:
    said = "http://127.0.0.1:8080/customers at 10:15, mail to a@example.com, a basic check"
    book.log.info("something.happened", said=said)
    (line,), _ = book.written()

    assert line.text == f"said={said}"


@given(st.text(alphabet=st.characters(), max_size=200))
@settings(deadline=None)
def test_whatever_a_stranger_writes_stays_within_its_line(subject: str) -> None:
    shelf = LogShelf()
    open_logs(level="info", clock=FakeClock(), shelf=shelf).info("mail.held", subject=subject)
    (line,) = shelf.take()

    assert len(f"x{line.action}{line.text}x".splitlines()) == 1
    assert "\x1b" not in line.text
    line.text.encode("utf-8")


def test_a_long_text_is_cut(book: Book) -> None:
    book.log.info("a" * 200, said="x" * 10_000)
    (line,), _ = book.written()

    assert len(line.action) == 80
    assert len(line.text) == 4_000


def test_a_full_shelf_lets_the_oldest_go_and_counts_them() -> None:
    shelf = LogShelf()
    log = open_logs(level="error", clock=FakeClock(), shelf=shelf)
    line = LogLine(at=FakeClock().now(), service="", level=20, action="a", text="", correlation_id="")
    for _ in range(5_003):
        shelf.put(line)
    log.error("the.newest")

    lines = shelf.take()
    assert (len(lines), shelf.lost) == (5_000, 4)
    assert lines[-1].action == "the.newest"
    assert shelf.take() == []


class _FullDisk(io.StringIO):
    """A stream into a file that cannot grow any more."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, text)


def test_a_console_that_takes_nothing_more_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", _FullDisk())
    shelf = LogShelf()
    log = open_logs(level="info", clock=FakeClock(), shelf=shelf)

    log.info("a.happened")
    log.info("b.happened")

    assert [line.action for line in shelf.take()] == ["a.happened", "b.happened"]
