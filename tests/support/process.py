"""Child processes that end with us, whatever ends us.

Each child leads a group of its own, so that one signal reaches its children too, and asks the kernel to
be killed when the test process dies (setpriv --pdeathsig), so that a killed pytest leaves nothing behind.
Output goes to a file, never to a pipe: a pipe that nobody reads while another event loop runs would stop
the child. Nothing here belongs to an event loop, so a session's server may be used from every test.
"""

import os
import pwd
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from tests.support.waiting import eventually

Answer = TypeVar("Answer")


class ProcessEndedError(AssertionError):
    """The child ended while a test still waited for it; carries its output."""


class ChildProcess:
    """One child process with its output; start() may be called again after it ended."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log_file: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        account: str | None = None,
    ) -> None:
        """Keeps what start() needs; account is whom root becomes first."""
        self.log_file = log_file
        self._command = ["setpriv", "--pdeathsig", "KILL", *_become(account), *map(str, command)]
        self._environment = inherited_environment() | dict(environment or {})
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process; its output is appended to the log file."""
        if self.running:
            raise RuntimeError(f"{self._command} is running already")
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running or ended process; it must have been started."""
        if self._process is None:
            raise RuntimeError(f"{self._command} was not started")
        return self._process

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group."""
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self.process.poll()

    @property
    def started(self) -> bool:
        """Whether start() was ever called."""
        return self._process is not None

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def output(self) -> str:
        """All that it has written so far, over all its starts."""
        return self.log_file.read_text("utf-8", errors="replace") if self.log_file.exists() else ""

    async def until(
        self, question: Callable[[], Awaitable[Answer | None]], *, what: str, seconds: float = 30
    ) -> Answer:
        """The question's first truthy answer; fails at once, with the output, when the process ends."""

        async def ask_the_living() -> Answer | None:
            ended = not self.running
            answer = await question()
            if ended and not answer:
                raise ProcessEndedError(
                    f"ended with {self.exit_code} before: {what}\n{self.output()[-4000:]}"
                )
            return answer

        return await eventually(ask_the_living, what=what, seconds=seconds)

    async def wait_for_line(self, pattern: str, *, seconds: float = 30) -> re.Match[str]:
        """The first match of the pattern in the output."""

        async def matching() -> re.Match[str] | None:
            return re.search(pattern, self.output(), re.MULTILINE)

        return await self.until(matching, what=f"a line like {pattern}", seconds=seconds)

    async def wait(self, *, seconds: float = 30) -> int:
        """The exit code, once it has ended by itself."""
        await eventually(lambda: not self.running, what=f"the end of {self._command}", seconds=seconds)
        return self.process.wait()

    def terminate(self) -> None:
        """Asks the process (not its group) to end: SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the process (not its group) in the middle of whatever it does: SIGKILL."""
        self.process.kill()
        self.process.wait()

    async def stop(self, *, grace_seconds: float = 10) -> int:
        """SIGTERM, and after the grace SIGKILL, to the process; then SIGKILL to what is left of its group."""
        if self.running:
            self.terminate()
            with suppress(AssertionError):
                await self.wait(seconds=grace_seconds)
        return self.end()

    def end(self) -> int:
        """SIGKILL to the process and its group, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self.process.wait()


@asynccontextmanager
async def python_module(
    module: str,
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    log_name: str = "output.log",
) -> AsyncIterator[ChildProcess]:
    """`python -m module` running in the folder, its output in folder/log_name; ended at the end."""
    child = ChildProcess(
        [sys.executable, "-u", "-m", module, *arguments],
        log_file=folder / log_name,
        environment=environment,
        folder=folder,
    )
    child.start()
    try:
        yield child
    finally:
        await child.stop()


def is_alive(pid: int) -> bool:
    """Whether a process exists and runs; one that only waits to be collected by its parent does not."""
    try:
        status = Path("/proc", str(pid), "stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def inherited_environment() -> dict[str, str]:
    """A copy of our environment for a child, without what would change MyCRM's settings."""
    ours = dict(os.environ)  # noqa: TID251  # a child needs PATH and HOME; no setting is read here
    kept = {name: value for name, value in ours.items() if not name.startswith("MYCRM_")}
    # No test asks the machine's resolver about the domains of made-up customers.
    return kept | {"MYCRM_VERIFIER_LOCAL_CHECKS": "off"}


def _become(account: str | None) -> list[str]:
    if account is None or os.geteuid() != 0:
        return []
    return ["--reuid", account, "--regid", str(pwd.getpwnam(account).pw_gid), "--clear-groups"]
