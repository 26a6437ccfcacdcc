"""A SQLite database, copied by its online backup and sent as the file that it is.

The backup reads inside one read transaction: it sees one moment however long it takes, and nobody waits for it. It
needs a file to write to, which lies beside the database and is gone afterwards; what is summed up and sent is that
file, so that sums and copy cannot differ.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from mycrm_backup.domain.manifest import Contents, TableSum
from mycrm_backup.dumpers.rows import RowsDump
from mycrm_backup.ports import Dump, Pieces
from mycrm_common.errors import Kind, MyCRMError

ENGINE = "sqlite"
MEMBER = "mycrm.db"
_PIECE = 1 << 20
_PAGES = 2000
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}


@dataclass(frozen=True, kw_only=True)
class SqliteDumper:
    """Dumps one database file; `work_folder` is where the copy is made."""

    path: Path
    work_folder: Path
    revision: str

    @asynccontextmanager
    async def dump(self, *, portable: bool) -> AsyncIterator[Dump]:
        """Begin a dump."""
        try:
            self.work_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            detail = f"{self.work_folder}: {error.strerror}"
            raise MyCRMError("backup_work_folder_unusable", Kind.UNAVAILABLE, detail) from error
        copy = self.work_folder / "dump.db"
        try:
            await asyncio.to_thread(_copy, self.path, copy)
            yield _SqliteDump(copy, revision=self.revision, portable=portable)
        finally:
            for end in ("", "-journal", "-wal", "-shm"):
                copy.with_name(copy.name + end).unlink(missing_ok=True)


class _SqliteDump:
    def __init__(self, copy: Path, *, revision: str, portable: bool) -> None:
        self._copy = copy
        self._revision = revision
        self._rows = RowsDump(url=f"sqlite:///{copy}") if portable else None
        self._tables: dict[str, TableSum] = {}

    async def members(self) -> AsyncGenerator[tuple[str, Pieces], None]:
        self._tables = await asyncio.to_thread(summed_up, self._copy)
        yield MEMBER, _read(self._copy)
        if self._rows is not None:
            async with aclosing(self._rows.members()) as members:
                async for member in members:
                    yield member

    def contents(self) -> Contents:
        return Contents(
            engine=ENGINE,
            revision=self._revision,
            tool=f"SQLite {sqlite3.sqlite_version}",
            tables=self._tables,
            portable=self._rows.tables if self._rows else {},
        )


def summed_up(path: Path) -> dict[str, TableSum]:
    """Return the sums of a database file's tables; raise where it is damaged."""
    try:
        with closing(opened(path)) as sql:
            return {table: _sum(sql.execute(f"SELECT * FROM {_quoted(table)}")) for table in _tables(sql)}  # noqa: S608 - a table's own name, quoted
    except sqlite3.Error as error:
        raise MyCRMError("backup_copy_damaged", Kind.INVALID, str(error)) from error


def opened(path: Path) -> sqlite3.Connection:
    """Open a database file for looking only."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _tables(sql: sqlite3.Connection) -> list[str]:
    named = sql.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    )
    return [str(name) for (name,) in named]


def _sum(rows: Iterable[tuple[object, ...]]) -> TableSum:
    checksum, count = sha256(), 0
    for row in rows:
        checksum.update(repr(row).encode())
        count += 1
    return TableSum(rows=count, sha256=checksum.hexdigest())


def _copy(source: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    try:
        with closing(opened(source)) as reading, closing(sqlite3.connect(copy)) as writing:
            reading.isolation_level = None
            reading.execute("BEGIN")
            # The first look fixes the moment; without it every write meanwhile would begin the backup anew.
            reading.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            copy.chmod(0o600)
            reading.backup(writing, pages=_PAGES, sleep=0)
    except sqlite3.Error as error:
        is_full = getattr(error, "sqlite_errorcode", None) in _FULL
        raise MyCRMError(
            "storage_full" if is_full else "backup_dump_failed", Kind.UNAVAILABLE, f"{copy.parent}: {error}"
        ) from error


async def _read(path: Path) -> Pieces:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
