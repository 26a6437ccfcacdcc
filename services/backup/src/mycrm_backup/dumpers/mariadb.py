"""A MariaDB, dumped by mariadb-dump in one transaction and summed up on the way."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mycrm_backup.domain.dump_text import DumpScanner
from mycrm_backup.domain.manifest import Contents, TableSum
from mycrm_backup.dumpers.client import Account, running
from mycrm_backup.dumpers.rows import RowsDump
from mycrm_backup.ports import Dump, Pieces

ENGINE = "mariadb"
MEMBER = "mycrm.sql"
_PIECE = 1 << 20
_HOW = (
    "--single-transaction",
    "--skip-lock-tables",
    "--order-by-primary",
    "--routines",
    "--events",
    "--triggers",
    "--hex-blob",
    "--default-character-set=utf8mb4",
    "--no-tablespaces",
)


@dataclass(frozen=True, kw_only=True)
class MariaDbDumper:
    """Dumps one database of a server."""

    account: Account
    revision: str
    program: Path | None = None

    @asynccontextmanager
    async def dump(self, *, portable: bool) -> AsyncIterator[Dump]:
        """Begin a dump."""
        url = f"mysql+pymysql://{self.account.host}"
        rows = RowsDump(url=url, account=self.account) if portable else None
        yield _MariaDbDump(self, rows=rows)


class _MariaDbDump:
    def __init__(self, dumper: MariaDbDumper, *, rows: RowsDump | None) -> None:
        self._dumper = dumper
        self._rows = rows
        self._tables: dict[str, TableSum] = {}
        self._tool = ""

    async def members(self) -> AsyncGenerator[tuple[str, Pieces], None]:
        yield MEMBER, self._sql()
        if self._rows is not None:
            async with aclosing(self._rows.members()) as members:
                async for member in members:
                    yield member

    def contents(self) -> Contents:
        return Contents(
            engine=ENGINE,
            revision=self._dumper.revision,
            tool=self._tool,
            tables=self._tables,
            portable=self._rows.tables if self._rows else {},
        )

    async def _sql(self) -> Pieces:
        scanner = DumpScanner()
        async with aclosing(dumped(self._dumper.account, program=self._dumper.program)) as pieces:
            async for piece in pieces:
                self._tool = self._tool or _tool(piece)
                await asyncio.to_thread(scanner.feed, piece)
                yield piece
        self._tables = scanner.tables()


async def dumped(account: Account, *, program: Path | None) -> AsyncGenerator[bytes, None]:
    """Give what mariadb-dump writes; raise when it did not end well."""
    async with running(program, "mariadb-dump", [*_HOW, account.database], account=account) as dumping:
        stream = dumping.process.stdout
        assert stream is not None  # noqa: S101 - it was asked for
        while piece := await stream.read(_PIECE):
            yield piece
        await dumping.ended_well("backup_dump_failed")


async def summed_up(account: Account, *, program: Path | None) -> dict[str, TableSum]:
    """Return the sums of a database, as its dump would have them."""
    scanner = DumpScanner()
    async with aclosing(dumped(account, program=program)) as pieces:
        async for piece in pieces:
            await asyncio.to_thread(scanner.feed, piece)
    return scanner.tables()


def _tool(first: bytes) -> str:
    heads = [line for line in first[:2000].split(b"\n") if line.startswith(b"-- MariaDB dump")]
    return heads[0].removeprefix(b"-- ").decode(errors="replace")[:120] if heads else "mariadb-dump"
