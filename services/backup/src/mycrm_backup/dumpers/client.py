"""MariaDB's own programs, run without a password on any command line.

The account goes through a pipe that the program reads as its options file: no other process can see it, and no file
holds it.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.tasks import TaskNursery

_LIMIT = 1 << 20
_MOST_WORDS = 4000


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a MariaDB is, and who is let in."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    def options(self) -> bytes:
        """The account as an options file."""
        lines = ["[client]", *(f"{name}={_quoted(value)}" for name, value in self._said().items())]
        # As the services' own connections do, TLS is used where the server offers it.
        return "\n".join([*lines, "loose-skip-ssl-verify-server-cert", ""]).encode()

    def _said(self) -> dict[str, str]:
        return {"host": self.host, "port": str(self.port), "user": self.user, "password": self.password}


@dataclass(frozen=True, kw_only=True)
class Program:
    """One of MariaDB's programs that runs; `words` is what it said on its error output."""

    process: asyncio.subprocess.Process
    words: "asyncio.Task[bytes]"

    async def ended_well(self, code: str) -> None:
        """Wait for its end; raise what went wrong, also where it only complained."""
        said = (await self.words).decode(errors="replace").strip()
        status = await self.process.wait()
        if status or said:
            raise MyCRMError(code, Kind.UNAVAILABLE, f"exit code {status}: {said[-_MOST_WORDS:]}")


@asynccontextmanager
async def running(
    program: Path | None, name: str, arguments: Sequence[str], *, account: Account, feeds: bool = False
) -> AsyncIterator[Program]:
    """Run a program until the block ends; it is killed if it has not ended by then."""
    found = str(program) if program else shutil.which(name)
    if not found:
        raise MyCRMError("backup_tool_missing", Kind.UNAVAILABLE, f"{name} is not on PATH")
    reading, writing = os.pipe()
    try:
        os.write(writing, account.options())
        os.close(writing)
        process = await asyncio.create_subprocess_exec(
            found,
            f"--defaults-file=/dev/fd/{reading}",
            *arguments,
            stdin=asyncio.subprocess.PIPE if feeds else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(reading,),
            limit=_LIMIT,
        )
    except OSError as error:
        raise MyCRMError("backup_tool_missing", Kind.UNAVAILABLE, f"{found}: {error.strerror}") from error
    finally:
        os.close(reading)
    nursery = TaskNursery()
    assert process.stderr is not None  # noqa: S101 - it was asked for above
    try:
        yield Program(process=process, words=nursery.start(_last_words(process.stderr), name=name))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await nursery.close()


async def _last_words(stream: asyncio.StreamReader) -> bytes:
    said = b""
    while piece := await stream.read(_MOST_WORDS):
        said = (said + piece)[-_MOST_WORDS:]
    return said


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
