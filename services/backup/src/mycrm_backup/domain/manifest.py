"""What stands beside each copy: what it is, and by what it can be known again after it was restored.

The manifest is written last: a copy without one was cut off, or is not of this program.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from mycrm_common.errors import Kind, MyCRMError

FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TableSum:
    """How many rows a table has, and a checksum over all of them."""

    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What was dumped; `portable` are the sums of the rows that another engine can take, where they were asked for."""

    engine: str
    revision: str
    tool: str
    tables: Mapping[str, TableSum]
    portable: Mapping[str, TableSum] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """One copy: its file, and what is in it; `bytes` and `sha256` are the file's, `sealed` is how it is encrypted."""

    file: str
    made_at: datetime
    bytes: int
    sha256: str
    contents: Contents
    sealed: str = ""

    def to_json(self) -> str:
        """Return the manifest as the text of its file."""
        said: dict[str, Any] = {"mycrm_backup": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a manifest, or raise `backup_manifest_invalid`."""
        try:
            said = json.loads(text)
            if said["mycrm_backup"] != FORMAT:
                raise _invalid(f"it has format {said['mycrm_backup']}, this MyCRM reads {FORMAT}")
            contents = said["contents"]
            return cls(
                file=str(said["file"]),
                made_at=datetime.fromisoformat(said["made_at"]),
                bytes=int(said["bytes"]),
                sha256=str(said["sha256"]),
                sealed=str(said.get("sealed", "")),
                contents=Contents(
                    engine=str(contents["engine"]),
                    revision=str(contents["revision"]),
                    tool=str(contents["tool"]),
                    tables=_sums(contents["tables"]),
                    portable=_sums(contents["portable"]),
                ),
            )
        except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
            raise _invalid(f"it cannot be read: {error!r}") from error


def differing_tables(found: Mapping[str, TableSum], expected: Mapping[str, TableSum]) -> list[str]:
    """Return in words what is not as the manifest says, table by table."""
    return [
        f"{name}: {_told(found.get(name))} in place of {_told(expected.get(name))}"
        for name in sorted({*found, *expected})
        if found.get(name) != expected.get(name)
    ]


def _told(table: TableSum | None) -> str:
    return "no table" if table is None else f"{table.rows} rows ({table.sha256[:8]})"


def _sums(said: Mapping[str, Any]) -> dict[str, TableSum]:
    return {
        str(name): TableSum(rows=int(table["rows"]), sha256=str(table["sha256"]))
        for name, table in said.items()
    }


def _invalid(reason: str) -> MyCRMError:
    return MyCRMError("backup_manifest_invalid", Kind.INVALID, reason)
