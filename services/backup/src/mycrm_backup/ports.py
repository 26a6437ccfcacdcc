"""What the use cases of backups need from outside."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from mycrm_backup.domain.manifest import Contents, Manifest, TableSum
from mycrm_backup.domain.retention import AgeBy, File
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Reading, Work

Pieces = AsyncGenerator[bytes, None]


class Dump(Protocol):
    """One consistent moment of the whole database, on its way out."""

    def members(self) -> AsyncGenerator[tuple[str, Pieces], None]:
        """The files of the copy, to be read one after the other; a dump that fails or is too short raises."""
        ...

    def contents(self) -> Contents:
        """What was dumped; only after all members were read to their ends."""
        ...


class Dumper(Protocol):
    """Takes dumps of one kind of database."""

    def dump(self, *, portable: bool) -> AbstractAsyncContextManager[Dump]:
        """Begin a dump; `portable` adds the rows in a form that any engine takes."""
        ...


class Target(Protocol):
    """A place where copies go. Every failure is a `MyCRMError` whose code says what to mend."""

    @property
    def age_by(self) -> AgeBy:
        """Where its files have their age from."""
        ...

    @property
    def place(self) -> str:
        """What it is, for people; without secrets."""
        ...

    async def files(self, folder: str) -> tuple[Sequence[File], Sequence[str]]:
        """The files of a folder, and the folders in it; nothing where there is no such folder."""
        ...

    async def put(self, path: str, pieces: Pieces) -> int:
        """Write a file, whole or not at all, under its name only when its size is right; return the size."""
        ...

    def get(self, path: str) -> Pieces:
        """Read a file."""
        ...

    async def remove(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        ...


def check_size(found: int | None, size: int) -> None:
    """Raise `backup_size_differs` where a target has other than was sent; None is one that does not tell."""
    if found is not None and found != size:
        raise MyCRMError("backup_size_differs", Kind.UNAVAILABLE, f"{found} bytes of {size} are there")


class Targets(Protocol):
    """Opens the place that the settings name."""

    def open(self) -> AbstractAsyncContextManager[Target]:
        """Connect, until the block ends."""
        ...


class Scratch(Protocol):
    """A database beside the real one, into which a copy was restored."""

    is_foreign: bool

    async def sums(self) -> Mapping[str, TableSum]:
        """What is in it, table by table, summed up as its dump was."""
        ...

    async def keep_as(self, name: str) -> None:
        """Keep it under a name of its own, which must not be there yet."""
        ...

    async def swap(self, *, at: datetime) -> str:
        """Put it in the place of the real one, and return the name under which that is kept."""
        ...


class Restorer(Protocol):
    """Restores copies into a scratch database of one engine."""

    def restored(self, archive: Path, manifest: Manifest) -> AbstractAsyncContextManager[Scratch]:
        """Restore a copy beside the real database; what was not swapped is gone when the block ends."""
        ...


class Cipher(Protocol):
    """Keeps copies from whoever has no key for them."""

    @property
    def seals(self) -> bool:
        """Whether copies are encrypted."""
        ...

    def sealed(self, pieces: Pieces) -> Pieces:
        """Give the pieces encrypted, or as they are where copies are not."""
        ...

    async def unsealed(self, source: Path, goal: Path) -> None:
        """Decrypt a file into another one, or raise `backup_key_missing` or `backup_key_wrong`."""
        ...


class Pings(Protocol):
    """Tells a service that watches whether copies are still made; it never fails."""

    async def tell(self, what: str) -> None:
        """Tell that a copy was begun (`start`), has failed (`fail`) or is done (nothing)."""
        ...


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One copy that was begun; `manifest` is the text of its file."""

    id: int
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    file: str
    manifest: str
    reason: str
    tried_at: datetime | None
    verified_at: datetime | None
    verify_reason: str


class Runs(Protocol):
    """The runs, newest last."""

    async def begin(self, work: Work, *, due_at: datetime, asked: bool, place: str, file: str) -> int:
        """Write down that a run begins, and return its id; one that was never ended is failed by this."""
        ...

    async def note_progress(self, work: Work, run_id: int, *, sent: int) -> None:
        """Write down how many bytes were sent so far."""
        ...

    async def complete(self, work: Work, run_id: int, manifest: Manifest) -> None:
        """Write down that a copy is safely there."""
        ...

    async def note_pruning(self, work: Work, run_id: int, *, removed: Sequence[str], reason: str) -> None:
        """Write down what was removed, or why nothing could be."""
        ...

    async def fail(self, work: Work, run_id: int, *, reason: str, detail: str) -> None:
        """Write down that a run came to nothing."""
        ...

    async def note_verified(
        self, work: Work, run_id: int, *, seconds: float, reason: str, detail: str
    ) -> None:
        """Write down what became of restoring a copy; no reason is a proof."""
        ...

    async def by_id(self, reading: Reading, run_id: int) -> Run | None:
        """The run."""
        ...

    async def newest(self, reading: Reading, *, verified: bool = False) -> Run | None:
        """The newest completed run, or the newest one that was proven to restore."""
        ...

    async def failed_files(self, reading: Reading) -> Sequence[str]:
        """What the copies would have been called that came to nothing lately."""
        ...

    async def last_due(self, reading: Reading) -> datetime | None:
        """The due time of the timer's newest run that was not broken off."""
        ...

    async def timer_since(self, reading: Reading) -> datetime | None:
        """Since when the timer counts, or None where it has not begun."""
        ...

    async def told_missing(self, reading: Reading) -> datetime | None:
        """When it was last said that copies are missing."""
        ...

    async def note_told_missing(self, work: Work) -> None:
        """Write down that it was said now."""
        ...

    async def begin_timer(self, work: Work) -> None:
        """Let the timer count from now; once is enough."""
        ...


class Verb(StrEnum):
    """What people can ask of backups."""

    RUN = "run"
    VERIFY = "verify"
    HOST = "host"
    PRUNE = "prune"
    DOWNLOAD = "download"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Something that was asked; `attempts` counts this one."""

    request_id: str
    verb: Verb
    parameters: Mapping[str, Any]
    attempts: int


class Tasks(Protocol):
    """What people asked."""

    async def put(self, work: Work, request_id: str, *, verb: Verb) -> None:
        """Take a request over; once is enough."""
        ...

    async def unseen(self, reading: Reading) -> Sequence[tuple[str, Verb]]:
        """The requests about backups that nobody has taken over yet."""
        ...

    async def claim(self, work: Work, *, downloads: bool = False, beyond: Sequence[str] = ()) -> Task | None:
        """The oldest open task of either kind but some; only whoever holds the lease of the job asks."""
        ...

    async def any_open(self, reading: Reading, *, downloads: bool = False) -> bool:
        """Whether there is one."""
        ...

    async def answer(self, work: Work, request_id: str, said: Mapping[str, Any]) -> bool:
        """Write the answer; False where there was one already."""
        ...

    async def clean(self, work: Work, *, before: datetime) -> None:
        """Forget what was answered and taken over before the moment."""
        ...


class CopyPieces(Protocol):
    """Pieces of a copy on their way to whoever downloads it."""

    async def put(self, work: Work, request_id: str, *, position: int, piece: bytes) -> None:
        """Keep a piece."""
        ...

    async def taken(self, reading: Reading, request_id: str) -> int:
        """How many pieces were taken so far."""
        ...

    async def drop(self, work: Work, request_id: str, *, below: int) -> None:
        """Throw away what was taken."""
        ...

    async def any_stale(self, reading: Reading, *, before: datetime) -> bool:
        """Whether pieces lie there since before the moment."""
        ...

    async def clean(self, work: Work, *, before: datetime) -> None:
        """Throw away what nobody has taken since before the moment."""
        ...


class Hosts(Protocol):
    """Which hosts are trusted."""

    async def key_of(self, reading: Reading, host: str) -> str:
        """The key by which a host was trusted; nothing where it was not."""
        ...

    async def trust(self, work: Work, host: str, *, host_key: str, fingerprint: str) -> None:
        """Trust a host by a key from now on, and by no other."""
        ...


class HostKeys(Protocol):
    """Asks hosts for their keys."""

    async def shown(self) -> tuple[str, str, str]:
        """The target's host, the key that it shows, and the key's fingerprint."""
        ...
