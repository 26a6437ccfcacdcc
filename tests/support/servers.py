"""Which real servers a run may use, which it did use, and what happens when one is missing.

A missing server skips its tests with the reason on a developer's machine, and fails them where CI=true:
a run that silently tested nothing must not look green there.
"""

import os
from contextvars import ContextVar
from pathlib import Path

import pytest

# Each server with the program that must exist and the Debian package that brings it.
SERVERS = {
    "dovecot": (Path("/usr/sbin/dovecot"), "dovecot-imapd"),
    "mariadb": (Path("/usr/sbin/mariadbd"), "mariadb-server"),
    "rabbitmq": (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"), "rabbitmq-server"),
    "pure-ftpd": (Path("/usr/sbin/pure-ftpd"), "pure-ftpd"),
    "sshd": (Path("/usr/sbin/sshd"), "openssh-server"),
    "chromium": (Path("/usr/bin/chromium"), "chromium"),
}


class ServerBook:
    """Notes which servers ran in this test run."""

    def __init__(self) -> None:
        """An empty book."""
        self._versions: dict[str, str] = {}

    def write(self, name: str, version: str) -> None:
        """Notes that the server really ran."""
        self._versions[name] = version

    def versions(self) -> dict[str, str]:
        """What ran so far: its name and version."""
        return dict(self._versions)

    def line(self) -> str:
        """One line for the end of the run."""
        used = ", ".join(f"{name} {version}" for name, version in sorted(self._versions.items()))
        return f"real servers used: {used or 'none'}"


_open_book: ContextVar[ServerBook | None] = ContextVar("open_book", default=None)


def server_ran(name: str, version: str) -> None:
    """Called by whoever has started a server and got an answer from it."""
    book = _open_book.get()
    if book is not None:
        book.write(name, version)


def need(*names: str) -> None:
    """Skips the test (fails it where CI=true) unless these servers are installed."""
    for name in names:
        program, package = SERVERS[name]
        if not program.exists():
            reason = f"{name} is not installed (Debian package {package}; tools/test-servers.sh installs it)"
            if os.environ.get("CI") == "true":  # noqa: TID251  # this is about the test run, not a setting
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


def pytest_configure() -> None:
    """Opens the book."""
    _open_book.set(ServerBook())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Looks at the marker `servers` before any fixture starts something."""
    for mark in item.iter_markers("servers"):
        need(*mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the book's line."""
    book = _open_book.get()
    if book is not None:
        terminalreporter.write_line(book.line())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hands what ran here to the run that this process works for, if it works for one."""
    handed: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    book = _open_book.get()
    if handed is not None and book is not None:
        handed["servers"] = book.versions()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Notes what ran in a process that worked for this run."""
    handed: dict[str, dict[str, str]] = getattr(node, "workeroutput", {})
    for name, version in handed.get("servers", {}).items():
        server_ran(name, version)
