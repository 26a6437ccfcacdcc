"""The reading process from inside: takes one mail after the other from its pipe and says what became of it.

It holds nothing that is worth stealing: no database, no settings, an empty environment. A mail that takes more
processor time than it may is ended together with the process by a signal that no library can delay; one that takes
more memory fails by itself, or takes the process along. Whoever owns the process notices, and starts another. It
ends when its pipe does, so it never outlives its owner, and by itself when there was nothing to do for a while.
"""

import fcntl
import gc
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from mycrm_common.collecting import collect_seldom
from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.adapters.reading import TOO_COSTLY, read_fetched
from mycrm_mail_fetcher.adapters.reading_frames import READY, Frames, framed, outcome_bytes, task_of
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable

Read = Callable[[FetchedMail, Ours], Outcome]

_STDIN: Final = 0
_STDOUT: Final = 1
_STDERR: Final = 2
_STATM: Final = Path("/proc/self/statm")
_MOST_KEPT: Final = 1 / 3
# Larger pieces would each be new memory from the system.
_READ_AT_ONCE: Final = 64 * 1024
_LARGE: Final = 256 * 1024
_OBJECTS_BETWEEN_SWEEPS: Final = 20_000
_ROOMY: Final = 1024 * 1024


def serve(read: Read) -> None:
    """Read the mails that come through the pipe until it ends."""
    cpu_seconds, memory_bytes, idle_seconds = (float(argument) for argument in sys.argv[1:4])
    # Whatever a library prints must not get between our own words.
    answers = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    _widen(_STDIN, answers)
    start = _limit_memory(int(memory_bytes))
    # What is loaded now stays; looking through it again and again would cost a tenth of the time.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_SWEEPS)
    collect_seldom()
    _write(answers, READY)
    frames = Frames()
    while (task := _taken(frames, idle_seconds)) is not None:
        mail, ours = task_of(task)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        outcome = read(mail, ours)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(answers, outcome_bytes(outcome))
        is_large = len(task) > _LARGE
        del mail, task
        if (is_large or isinstance(outcome, Unreadable)) and _is_worn(
            outcome, start=start, limit=memory_bytes
        ):
            return


def _widen(*pipes: int) -> None:
    """Let more fit into the pipes: what our owner stores meanwhile takes him longer than a dozen mails take us."""
    for pipe in pipes:
        # Some systems allow less to one who already has many pipes; then they stay as they are.
        with suppress(OSError, AttributeError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOMY)


def _limit_memory(more: int) -> int:
    """Allow so many bytes more than there are now, and return how many there are (0 where nobody knows)."""
    size = _memory()
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + more, resource.RLIM_INFINITY))
    return size


def _memory() -> int:
    try:
        return int(_STATM.read_bytes().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def _is_worn(outcome: Outcome, *, start: int, limit: float) -> bool:
    """Say whether so much memory stayed behind that the next mail would not have what it may take."""
    ran_out = isinstance(outcome, Unreadable) and outcome.code == TOO_COSTLY
    return ran_out or (start > 0 and _memory() - start > limit * _MOST_KEPT)


def _taken(frames: Frames, idle_seconds: float) -> bytes | None:
    """Return the next task, None where the pipe has ended or nothing came for a while."""
    while (task := frames.next()) is None:
        if not select.select([_STDIN], [], [], idle_seconds)[0]:
            return None
        piece = os.read(_STDIN, _READ_AT_ONCE)
        if not piece:
            return None
        frames.feed(piece)
    return task


def _write(descriptor: int, payload: bytes) -> None:
    rest = memoryview(framed(payload))
    while rest:
        rest = rest[os.write(descriptor, rest) :]


if __name__ == "__main__":
    # Nobody is left to hear the answer: our owner was killed, and that is no news of ours.
    with suppress(BrokenPipeError):
        serve(lambda mail, ours: read_fetched(mail, ours=ours, sanitise=sanitise))
