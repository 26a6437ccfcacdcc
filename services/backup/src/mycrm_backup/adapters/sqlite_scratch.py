"""A copy restored into a SQLite file beside the real one."""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mycrm_backup.adapters.portable_rows import load_rows, portable_sums
from mycrm_backup.domain.manifest import Manifest, TableSum
from mycrm_backup.dumpers.rows import RowsDump
from mycrm_backup.dumpers.sqlite import ENGINE, MEMBER, opened, summed_up
from mycrm_backup.ports import Scratch
from mycrm_common.errors import Kind, MyCRMError

_SIDES = ("-wal", "-shm", "-journal", ".lock")


@dataclass(frozen=True, kw_only=True)
class SqliteRestorer:
    """Restores beside the database file `path`."""

    path: Path
    work_folder: Path

    @asynccontextmanager
    async def restored(self, archive: Path, manifest: Manifest) -> AsyncIterator[Scratch]:
        """Restore a copy; what was not swapped is gone when the block ends."""
        scratch = self.work_folder / "restored.db"
        is_foreign = manifest.contents.engine != ENGINE
        try:
            if is_foreign:
                _remove(scratch)
                await load_rows(archive, manifest, into=f"sqlite+aiosqlite:///{scratch}")
            else:
                await asyncio.to_thread(_unpack, archive, scratch)
            yield SqliteScratch(scratch, real=self.path, is_foreign=is_foreign)
        finally:
            _remove(scratch)


class SqliteScratch:
    """The restored file."""

    def __init__(self, path: Path, *, real: Path, is_foreign: bool) -> None:
        self.is_foreign = is_foreign
        self._path = path
        self._real = real

    async def sums(self) -> Mapping[str, TableSum]:
        """What is in it, table by table."""
        if self.is_foreign:
            return await portable_sums(RowsDump(url=f"sqlite:///{self._path}"))
        return await asyncio.to_thread(summed_up, self._path)

    async def keep_as(self, name: str) -> None:
        """Keep it as a file of its own, which must not be there yet."""
        try:
            await asyncio.to_thread(_keep, self._path, Path(name))
        except OSError as error:
            raise MyCRMError("backup_swap_refused", Kind.CONFLICT, f"{name}: {error.strerror}") from error

    async def swap(self, *, at: datetime) -> str:
        """Put it in the place of the real one, and return where that is kept."""
        return await asyncio.to_thread(_swap, self._path, self._real, at=at)


def _unpack(archive: Path, scratch: Path) -> None:
    _remove(scratch)
    try:
        with zipfile.ZipFile(archive) as copy, copy.open(MEMBER) as member, scratch.open("xb") as out:
            scratch.chmod(0o600)
            shutil.copyfileobj(member, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        with closing(opened(scratch)) as sql:
            [[verdict]] = sql.execute("PRAGMA quick_check(1)")
    except KeyError as error:
        raise MyCRMError("backup_copy_damaged", Kind.INVALID, f"there is no {MEMBER} in it") from error
    except sqlite3.Error as error:
        raise MyCRMError("backup_copy_damaged", Kind.INVALID, str(error)) from error
    except OSError as error:
        raise MyCRMError("storage_full", Kind.UNAVAILABLE, f"{scratch.parent}: {error.strerror}") from error
    if verdict != "ok":
        raise MyCRMError("backup_copy_damaged", Kind.INVALID, str(verdict))


def _swap(scratch: Path, real: Path, *, at: datetime) -> str:
    kept = real.with_name(f"{real.name}.before-{at:%Y%m%dT%H%M%S}")
    lock = os.open(f"{real}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise MyCRMError("backup_database_in_use", Kind.CONFLICT, "stop MyCRM first") from None
    try:
        if real.exists():
            # What the last process left in the log beside the file belongs into it.
            with closing(sqlite3.connect(real)) as sql:
                sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                sql.execute("PRAGMA journal_mode=DELETE")
            real.rename(kept)
        for side in _SIDES[:-1]:
            real.with_name(real.name + side).unlink(missing_ok=True)
        scratch.rename(real)
    finally:
        os.close(lock)
    return str(kept)


def _keep(scratch: Path, goal: Path) -> None:
    with goal.open("xb") as out, scratch.open("rb") as copy:
        goal.chmod(0o600)
        shutil.copyfileobj(copy, out, 1 << 20)


def _remove(scratch: Path) -> None:
    for side in ("", *_SIDES):
        scratch.with_name(scratch.name + side).unlink(missing_ok=True)
