"""The rows of a database in a form that any engine takes: JSON lines, one file per table, read in one transaction.

A worker reads them, so that millions of rows cost the service no time of its own; the account reaches it through its
input, and it ends when that is closed.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass, field
from typing import Any

from mycrm_backup.domain.manifest import TableSum
from mycrm_backup.dumpers.client import Account
from mycrm_backup.ports import Pieces
from mycrm_common.errors import Kind, MyCRMError

_PIECE = 1 << 20


@dataclass(kw_only=True)
class RowsDump:
    """The rows on their way; `tables` is filled when all members were read."""

    url: str
    account: Account | None = None
    tables: dict[str, TableSum] = field(default_factory=dict)

    async def members(self) -> AsyncGenerator[tuple[str, Pieces], None]:
        """The files, table by table."""
        asked = {"url": self.url, "account": asdict(self.account) if self.account else None}
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "mycrm_backup.dumpers.rows_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_PIECE,
        )
        assert worker.stdin is not None  # noqa: S101 - it was asked for
        assert worker.stdout is not None  # noqa: S101 - it was asked for
        try:
            worker.stdin.write(json.dumps(asked).encode() + b"\n")
            while head := await _frame(worker.stdout):
                said: dict[str, Any] = json.loads(head)
                if "failed" in said:
                    raise MyCRMError("backup_dump_failed", Kind.UNAVAILABLE, said["failed"])
                yield f"rows/{said['table']}.jsonl", self._rows(said["table"], worker.stdout)
            if not self.tables or await worker.wait():
                raise MyCRMError("backup_dump_failed", Kind.UNAVAILABLE, "the rows' worker ended early")
        finally:
            worker.stdin.close()
            if worker.returncode is None:
                worker.kill()
            await worker.wait()

    async def _rows(self, table: str, stream: asyncio.StreamReader) -> Pieces:
        while piece := await _frame(stream):
            yield piece
        said = json.loads(await _frame(stream) or b"{}")
        if "rows" not in said:
            raise MyCRMError("backup_dump_failed", Kind.UNAVAILABLE, str(said.get("failed", "it broke off")))
        self.tables[table] = TableSum(rows=said["rows"], sha256=said["sha256"])


async def _frame(stream: asyncio.StreamReader) -> bytes:
    """Return the next piece; nothing where a table, or all, has come to its end."""
    try:
        size = int.from_bytes(await stream.readexactly(4), "big")
        return await stream.readexactly(size)
    except asyncio.IncompleteReadError:
        return b""
