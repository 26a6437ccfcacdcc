"""Reads mails in a process of its own, so that no mail can harm what runs here.

One process, started when there is something to read and ended by itself when there was nothing for a while. It is
a new program, never a fork: a forked one would hold the database's locks. Mails go through a pipe, a few ahead of
the answers, so that it never waits for us; the answers come in the same order. When it ends before it has answered,
the first mail without an answer is to blame, unless the process says that it ended on purpose (exit code 0): that
mail is unreadable, and a new process reads those behind it.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.reading import TOO_COSTLY, UNREADABLE
from mycrm_mail_fetcher.adapters.reading_frames import (
    READY,
    Frames,
    framed,
    outcome_of,
    task_bytes,
)
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable

WORKER: Final = "mycrm_mail_fetcher.adapters.reading_worker"
_MOST_AHEAD: Final = 200
_FEWEST_AHEAD: Final = 100
_READ_AT_ONCE: Final = 1024 * 1024
_MOST_BYTES_AHEAD: Final = 2 * 1024 * 1024
_MOST_STARTS: Final = 3
_COSTLY_ENDS: Final = {signal.SIGPROF, signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one mail may take, and how long a process waits for the next one.

    Processor time is what counts: it is the same on a busy machine. The wall clock is for what should never be.
    """

    cpu_seconds: float = 5.0
    wall_seconds: float = 60.0
    memory_bytes: int = 150 * 1024 * 1024
    idle_seconds: float = 120.0


class _EndedError(Exception):
    """The process is over; `code` as the system tells it, None where we ended it for being late."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class ReadingProcess:
    """A `MailReader`; close it at the end."""

    def __init__(self, *, limits: Limits | None = None, worker: str = WORKER) -> None:
        self._limits = limits or Limits()
        self._worker = worker
        self._process: Process | None = None
        self._frames = Frames()
        self._turn = asyncio.Lock()

    async def get_ready(self) -> None:
        """Start the process, which takes as long as reading some hundred mails."""
        async with self._turn:
            try:
                await self._running()
            except MyCRMError:
                await self._end()
            except BaseException:
                await self._end()
                raise

    async def read(self, mails: Sequence[FetchedMail], *, ours: Ours) -> list[Outcome]:
        """What became of each mail, in their order."""
        async with self._turn:
            try:
                return await self._read_all(mails, ours)
            except BaseException:
                # Broken off in the middle: its next words would be answers to a question nobody asks any more.
                await self._end()
                raise

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def _read_all(self, mails: Sequence[FetchedMail], ours: Ours) -> list[Outcome]:
        outcomes: list[Outcome] = []
        vain_starts = 0
        while len(outcomes) < len(mails):
            before = len(outcomes)
            await self._read_on(mails, ours, outcomes)
            vain_starts = 0 if len(outcomes) > before else vain_starts + 1
            if vain_starts == _MOST_STARTS:
                raise _failed("it ends without reading anything")
        return outcomes

    async def _read_on(self, mails: Sequence[FetchedMail], ours: Ours, outcomes: list[Outcome]) -> None:
        """Add what became of the next mails, as far as this process gets."""
        process = await self._running()
        ahead = deque[int]()
        left = mails[len(outcomes) :]
        tasks = (framed(task_bytes(mail, ours)) for mail in left)
        try:
            for _ in left:
                # Many at once: each journey through the pipe costs as much as a short mail.
                if len(ahead) <= _FEWEST_AHEAD and sum(ahead) < _MOST_BYTES_AHEAD // 2:
                    _send(process, _next_of(tasks, ahead))
                outcomes.append(await self._answer(process))
                ahead.popleft()
        except _EndedError as ended:
            await self._end()
            if ended.code != 0:
                outcomes.append(_blamed(ended.code))

    async def _answer(self, process: Process) -> Outcome:
        try:
            answer = self._frames.next()
            if answer is None:
                async with asyncio.timeout(self._limits.wall_seconds):
                    answer = await _frame(process, self._frames)
            return outcome_of(answer)
        except TimeoutError:
            raise _EndedError(None) from None
        except EOFError:
            raise _EndedError(await process.wait()) from None
        except (ValueError, KeyError, TypeError):
            raise _EndedError(None) from None

    async def _running(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        self._process = await self._started()
        return self._process

    async def _started(self) -> Process:
        limits = self._limits
        arguments = (limits.cpu_seconds, limits.memory_bytes, limits.idle_seconds)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._worker,
                *(str(argument) for argument in arguments),
                stdin=PIPE,
                stdout=PIPE,
                # Our secrets are none of its business, and Ctrl-C is ours to answer.
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                process_group=0,
            )
        except OSError as error:
            raise _failed(str(error)) from error
        self._process, self._frames = process, Frames()
        try:
            async with asyncio.timeout(limits.wall_seconds):
                said = await _frame(process, self._frames)
        except (TimeoutError, EOFError):
            said = b""
        if said != READY:
            raise _failed("it does not start")
        return process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            try:
                process.kill()
            except ProcessLookupError:
                pass  # It was quicker.
        if process.stdin:
            process.stdin.close()
        if process.stdout:
            await process.stdout.read()
        await process.wait()


def _failed(why: str) -> MyCRMError:
    return MyCRMError("mail_reader_failed", Kind.UNAVAILABLE, f"the process that reads mails: {why}")


def _next_of(tasks: Iterator[bytes], ahead: deque[int]) -> bytes:
    """Return the next tasks, as many as may be on their way, and note their sizes."""
    taken: list[bytes] = []
    while len(ahead) < _MOST_AHEAD and sum(ahead) < _MOST_BYTES_AHEAD and (task := next(tasks, b"")):
        taken.append(task)
        ahead.append(len(task))
    return b"".join(taken)


def _send(process: Process, frames: bytes) -> None:
    if process.stdin is None:
        raise _failed("it has no pipe")
    if frames:
        process.stdin.write(frames)


async def _frame(process: Process, frames: Frames) -> bytes:
    """Return the next frame; EOFError where the process is over."""
    if process.stdout is None:
        raise _failed("it has no pipe")
    while (frame := frames.next()) is None:
        piece = await process.stdout.read(_READ_AT_ONCE)
        if not piece:
            raise EOFError
        frames.feed(piece)
    return frame


def _blamed(code: int | None) -> Unreadable:
    """Return what to say of the mail that was being read when the process ended."""
    if code is None:
        return Unreadable(code=TOO_COSTLY, detail="reading it took longer than one mail may take")
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        blame = TOO_COSTLY if -code in _COSTLY_ENDS else UNREADABLE
        return Unreadable(code=blame, detail=f"reading it ended the process ({name})")
    return Unreadable(code=UNREADABLE, detail=f"reading it ended the process (code {code})")
