"""What mariadb-dump writes, read on its way: how many rows each table has, a checksum of each, and whether it ended.

Each row stands on a line of its own below its INSERT, because the tool escapes line breaks inside values. How rows
are spread over INSERTs does not count, so a restored table has the same checksum.
"""

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from mycrm_backup.domain.manifest import TableSum
from mycrm_common.errors import Kind, MyCRMError

if TYPE_CHECKING:
    from hashlib import _Hash

_TABLE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?`((?:[^`]|``)+)` \(")
_INSERT = re.compile(rb"INSERT INTO `((?:[^`]|``)+)`.* VALUES$")
_END = b"-- Dump completed"


class DumpScanner:
    """Reads a dump piece by piece."""

    def __init__(self) -> None:
        self._rest = b""
        self._last = b""
        self._rows: dict[str, int] = {}
        self._sums: dict[str, _Hash] = {}
        self._table = ""

    def feed(self, piece: bytes) -> None:
        """Read on."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if self._table:
                self._row(line)
            elif line.startswith(b"INSERT"):
                self._insert(line)
            elif line.startswith(b"CREATE TABLE"):
                self._create(line)
            if line:
                self._last = line

    def tables(self) -> dict[str, TableSum]:
        """Return the sums of a dump that came to its end, or raise `backup_dump_short`."""
        if self._table or self._rest or not self._last.startswith(_END):
            raise MyCRMError(
                "backup_dump_short",
                Kind.UNAVAILABLE,
                f"it ends with {self._last[:80].decode(errors='replace')!r}",
            )
        return {
            name: TableSum(rows=rows, sha256=self._sums[name].hexdigest())
            for name, rows in self._rows.items()
        }

    def _row(self, line: bytes) -> None:
        if line[:1] != b"(" or line[-1:] not in {b",", b";"}:
            raise _odd(line)
        self._rows[self._table] += 1
        checksum = self._sums[self._table]
        checksum.update(line[:-1])
        checksum.update(b"\n")
        if line[-1:] == b";":
            self._table = ""

    def _insert(self, line: bytes) -> None:
        match = _INSERT.match(line)
        if match is None:
            raise _odd(line)
        self._table = _name(match[1])
        self._note(self._table)

    def _create(self, line: bytes) -> None:
        match = _TABLE.match(line)
        if match is None:
            raise _odd(line)
        self._note(_name(match[1]))

    def _note(self, table: str) -> None:
        if table not in self._rows:
            self._rows[table], self._sums[table] = 0, sha256()


def _name(quoted: bytes) -> str:
    return quoted.decode().replace("``", "`")


def _odd(line: bytes) -> MyCRMError:
    told = line[:60].decode(errors="replace")
    return MyCRMError("backup_dump_unreadable", Kind.UNAVAILABLE, f"mariadb-dump wrote {told!r}")
