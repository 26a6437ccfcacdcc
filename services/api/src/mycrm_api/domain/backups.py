"""Copies of the database, as people see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from mycrm_common.errors import Kind, MyCRMError

RunState = Literal["running", "completed", "failed"]

_KINDS: Mapping[str, Kind] = {
    "backup_not_found": Kind.NOT_FOUND,
    "backup_host_keyless": Kind.CONFLICT,
    "backup_host_changed": Kind.CONFLICT,
    "backup_engine_differs": Kind.CONFLICT,
    "backup_file_missing": Kind.NOT_FOUND,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why something came to nothing."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """When a copy was last restored to prove it, and what came of it."""

    at: datetime
    ok: bool
    seconds: float
    error: Trouble | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """One run; `removed` are the old copies that went when this one was safe."""

    id: int
    state: RunState
    asked: bool
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    place: str
    file: str
    sent: int
    bytes: int
    sha256: str
    engine: str
    rows: int
    portable: bool
    error: Trouble | None
    proof: Proof | None
    removed: tuple[str, ...]
    prune_reason: str


def check_backup_answer(answer: Mapping[str, Any]) -> None:
    """Raise what the backup service met; nothing in what was sent is to blame for it."""
    if not answer["ok"]:
        code = answer["code"]
        raise MyCRMError(code, _KINDS.get(code, Kind.UNAVAILABLE), answer["detail"])
