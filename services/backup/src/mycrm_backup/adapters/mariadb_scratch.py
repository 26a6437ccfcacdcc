"""A copy restored into a second database of the same MariaDB server."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from mycrm_backup.adapters.portable_rows import load_rows, portable_sums
from mycrm_backup.domain.manifest import Manifest, TableSum
from mycrm_backup.dumpers.client import Account, running
from mycrm_backup.dumpers.mariadb import ENGINE, MEMBER, summed_up
from mycrm_backup.dumpers.rows import RowsDump
from mycrm_backup.ports import Scratch
from mycrm_common.errors import Kind, MyCRMError

_PIECE = 1 << 20
_SUFFIX = "_mycrm_scratch"


@dataclass(frozen=True, kw_only=True)
class MariaDbRestorer:
    """Restores beside the account's database; `program` is mariadb-dump, for the sums."""

    account: Account
    program: Path | None = None

    @asynccontextmanager
    async def restored(self, archive: Path, manifest: Manifest) -> AsyncIterator[Scratch]:
        """Restore a copy; what was not swapped is gone when the block ends."""
        is_foreign = manifest.contents.engine != ENGINE
        scratch = replace(self.account, database=self.account.database + _SUFFIX)
        name = _quoted(scratch.database)
        await _say(
            self.account,
            f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4;",
            code="backup_scratch_refused",
        )
        try:
            if is_foreign:
                await load_rows(archive, manifest, into=_url(scratch))
            else:
                await _load(archive, scratch)
            yield MariaDbScratch(scratch, real=self.account, program=self.program, is_foreign=is_foreign)
        finally:
            await _say(self.account, f"DROP DATABASE IF EXISTS {name};", code="backup_scratch_refused")


class MariaDbScratch:
    """The restored database."""

    def __init__(self, account: Account, *, real: Account, program: Path | None, is_foreign: bool) -> None:
        self.is_foreign = is_foreign
        self._account = account
        self._real = real
        self._program = program

    async def sums(self) -> Mapping[str, TableSum]:
        """What is in it, table by table, as its dump would sum it up."""
        if self.is_foreign:
            return await portable_sums(RowsDump(url="", account=self._account))
        return await summed_up(self._account, program=self._program)

    async def keep_as(self, name: str) -> None:
        """Keep it as a database of its own, which must not be there yet."""
        await _say(self._real, f"CREATE DATABASE {_quoted(name)} CHARACTER SET utf8mb4;", code=_REFUSED)
        moves = [_move(self._account.database, name, table) for table in await _tables(self._account)]
        await _say(self._real, f"RENAME TABLE {', '.join(moves)};", code=_REFUSED)

    async def swap(self, *, at: datetime) -> str:
        """Put its tables in the place of the real ones by one statement, and return where those are kept."""
        kept = f"{self._real.database}_before_{at:%Y%m%dT%H%M%S}"
        ours, theirs = await _tables(self._account), await _tables(self._real)
        await _say(self._real, f"CREATE DATABASE {_quoted(kept)} CHARACTER SET utf8mb4;", code=_REFUSED)
        moves = [_move(self._real.database, kept, table) for table in theirs]
        moves += [_move(self._account.database, self._real.database, table) for table in ours]
        await _say(self._real, f"RENAME TABLE {', '.join(moves)};", code=_REFUSED)
        return kept


_REFUSED = "backup_swap_refused"


async def _load(archive: Path, account: Account) -> None:
    how = ["--binary-mode", "--batch", "--default-character-set=utf8mb4", account.database]
    async with running(None, "mariadb", how, account=account, feeds=True) as loading:
        feeding = loading.process.stdin
        assert feeding is not None  # noqa: S101 - it was asked for
        try:
            with zipfile.ZipFile(archive) as copy, copy.open(MEMBER) as member:
                while piece := await asyncio.to_thread(member.read, _PIECE):
                    feeding.write(piece)
                    await feeding.drain()
        except KeyError as error:
            raise MyCRMError("backup_copy_damaged", Kind.INVALID, f"there is no {MEMBER} in it") from error
        except (BrokenPipeError, ConnectionResetError):
            pass  # It ended early; what it said tells why.
        feeding.close()
        await loading.ended_well("backup_restore_failed")


async def _tables(account: Account) -> list[str]:
    said = await _say(account, f"SHOW TABLES FROM {_quoted(account.database)};", code=_REFUSED)
    return said.decode().splitlines()


async def _say(account: Account, statements: str, *, code: str) -> bytes:
    async with running(None, "mariadb", ["--batch", "-N"], account=account, feeds=True) as asking:
        feeding, answering = asking.process.stdin, asking.process.stdout
        assert feeding is not None  # noqa: S101 - it was asked for
        assert answering is not None  # noqa: S101 - it was asked for
        feeding.write(statements.encode())
        feeding.close()
        said = await answering.read()
        await asking.ended_well(code)
    return said


def _url(account: Account) -> str:
    user, password = quote(account.user, safe=""), quote(account.password, safe="")
    return f"mysql+aiomysql://{user}:{password}@{account.host}:{account.port}/{account.database}"


def _move(source: str, goal: str, table: str) -> str:
    return f"{_quoted(source)}.{_quoted(table)} TO {_quoted(goal)}.{_quoted(table)}"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
