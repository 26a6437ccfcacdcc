"""The database behind its URL: SQLite in one process, or MariaDB for many.

SQLite: one write connection behind a fair lock, every transaction begun with BEGIN IMMEDIATE (one that reads
first and writes later would fail at once where it should wait), WAL, and separate readers that cannot write.
One process owns the file; a second one is refused by a lock file. MariaDB: READ COMMITTED, utf8mb4, UTC.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mycrm_common.clock import Clock, SystemClock
from mycrm_common.db.clock import ServerClock
from mycrm_common.db.dialects import is_busy, is_full
from mycrm_common.db.guard import SERVICE_OPTION, guard_tables
from mycrm_common.db.idle import ask_idle_connections
from mycrm_common.errors import Kind, MyCRMError, StartError
from mycrm_common.work import Reading

_SQLITE, _MARIADB = "sqlite+aiosqlite", "mysql+aiomysql"
_OPTIONS = frozenset({"charset"})
_READERS = 4
_BUSY_MILLISECONDS = 5_000
_SESSION = (
    "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES', collation_connection = 'utf8mb4_unicode_ci'"
)


class Database:
    """Opens connections for writing, one transaction each, and for reading; `clock` tells its time."""

    def __init__(self, url: URL, *, clock: Clock | None = None) -> None:
        self.is_sqlite = url.drivername == _SQLITE
        own = clock or SystemClock()
        self._server_clock = None if self.is_sqlite else ServerClock(own)
        self.clock: Clock = self._server_clock or own
        self.place = url.render_as_string(hide_password=True)
        self._lock = asyncio.Lock()
        self._file_lock = _own_file(url) if self.is_sqlite else None
        self._writer = _sqlite(url, read_only=False) if self.is_sqlite else _mariadb(url)
        self._reader = _sqlite(url, read_only=True) if self.is_sqlite else self._writer
        for engine in {self._writer, self._reader}:
            guard_tables(engine)

    @asynccontextmanager
    async def writing(self, service: str, *, lasting: bool = False) -> AsyncIterator[AsyncConnection]:
        """One write transaction of a service; it is rolled back unless the caller commits it.

        A `lasting` one survives a power cut on SQLite too, where others may lose the last moments before it.
        """
        async with (
            self._fairly(),
            _translated(),
            self._writer.connect() as connection,
            _synced(connection) if lasting and self.is_sqlite else nullcontext(),
        ):
            yield await connection.execution_options(**{SERVICE_OPTION: service})

    async def look_at_the_time(self, connection: AsyncConnection) -> None:
        """Keep `clock` right; costs a question to the server now and then."""
        if self._server_clock is not None:
            await self._server_clock.look(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """A connection that only looks."""
        async with _translated(), self._reader.connect() as connection:
            yield Reading(connection)

    @property
    def is_exclusive(self) -> bool:
        """Whether no other process can be using this database."""
        return self.is_sqlite

    async def ping(self) -> None:
        """Raise `database_unavailable` when the database does not answer."""
        async with self.reading() as reading:
            await reading.connection.execute(select(1))

    async def close(self) -> None:
        """Let go of every connection, and of the file."""
        await self._writer.dispose()
        await self._reader.dispose()
        if self._file_lock is not None:
            os.close(self._file_lock)
            self._file_lock = None

    @asynccontextmanager
    async def _fairly(self) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        async with self._lock:
            yield


def parse_url(text: str) -> URL:
    """Return the URL when MyCRM can use it, or say what is wrong with it without repeating its password."""
    if text.startswith(f"{_SQLITE}:///"):
        return _file_url(text.removeprefix(f"{_SQLITE}:///"))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StartError("database_url_invalid", reason="it is no database URL") from None
    if url.drivername not in {_SQLITE, _MARIADB}:
        raise StartError("database_url_invalid", reason=f"{url.drivername} is not {_SQLITE} or {_MARIADB}")
    if not url.database:
        raise StartError("database_url_invalid", reason="it names no database")
    if options := sorted(set(url.query) - _OPTIONS):
        raise StartError("database_url_invalid", reason=f"it takes no option {', '.join(options)}")
    return url


def _file_url(path: str) -> URL:
    # Taken as it stands: a folder's name may hold what would begin the options of another URL.
    if not path or path == ":memory:":
        raise StartError("database_url_invalid", reason="it names no file")
    return URL.create(_SQLITE, database=path)


@asynccontextmanager
async def _synced(connection: AsyncConnection) -> AsyncIterator[None]:
    """Let what is committed in this block be on the disk when the commit returns."""
    # Outside any transaction, where alone it may be changed; the one writer is ours meanwhile.
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await raw.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        if raw.in_transaction:
            await raw.rollback()
        await raw.execute("PRAGMA synchronous=NORMAL")


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise MyCRMError("database_busy", Kind.UNAVAILABLE, "no free connection", retry_after=1) from error
    except DBAPIError as error:
        if is_busy(error):
            raise MyCRMError("database_busy", Kind.UNAVAILABLE, retry_after=1) from error
        if is_full(error):
            detail = f"the disk of the database takes nothing more: {error.orig}"
            raise MyCRMError("storage_full", Kind.UNAVAILABLE, detail, retry_after=30) from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise MyCRMError("database_unavailable", Kind.UNAVAILABLE, retry_after=5) from error
        raise


def _own_file(url: URL) -> int:
    path = Path(f"{url.database}.lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartError("data_dir_unusable", path=path.parent, reason=error.strerror) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StartError("database_in_use", path=url.database) from None
    try:
        _look_into(Path(str(url.database)))
    except sqlite3.Error as error:
        os.close(descriptor)
        raise StartError("database_unreadable", path=url.database, reason=str(error)) from None
    return descriptor


def _look_into(path: Path) -> None:
    """Raise where the file is none of SQLite's: the driver would do so in a thread, with a stack trace."""
    if path.exists():
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as sql:
            sql.execute("PRAGMA schema_version")


def _sqlite(url: URL, *, read_only: bool) -> AsyncEngine:
    size = _READERS if read_only else 1
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=30, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        # None hands BEGIN over to us; the driver would otherwise begin late and without IMMEDIATE.
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"busy_timeout={_BUSY_MILLISECONDS}",
            "foreign_keys=ON",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _mariadb(url: URL) -> AsyncEngine:
    from mycrm_common.db.driver import connect  # SQLite needs no driver of MariaDB's in memory.

    engine = create_async_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        isolation_level="READ COMMITTED",
        pool_recycle=600,
        # What is written may be a mail or a password's hash, and errors are logged.
        hide_parameters=True,
        pool_size=10,
        max_overflow=0,
        # A transaction that was not committed is rolled back when its connection is closed; after one that was,
        # there is nothing to take back.
        pool_reset_on_return=None,
        connect_args={
            "connect_timeout": 10,
            "init_command": _SESSION,
            "async_creator_fn": connect,
        },
    )
    ask_idle_connections(engine)
    return engine
