"""Imports: what may be done with one when, and how it stands.

A file is read first, and nothing changes: each of its rows is found to be new, an update, the same, in conflict or
invalid (`previewed`). It is applied only when somebody says so, piece by piece, and can be undone the same way. What
somebody has edited between is never overwritten: neither by applying nor by undoing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mycrm_api.domain.sheets import Layout, Wish
from mycrm_common.errors import Kind, MyCRMError


class ImportState(StrEnum):
    """How far an import has come."""

    UPLOADING = "uploading"
    READING = "reading"
    PREVIEWED = "previewed"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What somebody may want of an import."""

    READ = "read"
    APPLY = "apply"
    UNDO = "undo"
    CANCEL = "cancel"


_STEP_SECONDS = 0.05
_FEWEST, _MOST = 25, 500
# Those that a job of the service carries on.
MOVING = (ImportState.READING, ImportState.APPLYING, ImportState.UNDOING)
# What counts while a file is read, while it is applied, and while it is undone.
KINDS = ("new", "update", "same", "conflict", "invalid")
OUTCOMES = ("added", "updated", "skipped")
REVERSALS = ("reversed", "kept", "failed")
COUNTS = (*KINDS, *OUTCOMES, *REVERSALS)

_STEPS: Mapping[Act, Mapping[ImportState, ImportState]] = {
    Act.READ: {ImportState.PREVIEWED: ImportState.READING},
    Act.APPLY: {ImportState.PREVIEWED: ImportState.APPLYING},
    Act.UNDO: {
        ImportState.APPLIED: ImportState.UNDOING,
        ImportState.CANCELLED: ImportState.UNDOING,
        ImportState.FAILED: ImportState.UNDOING,
    },
    Act.CANCEL: {
        ImportState.READING: ImportState.CANCELLED,
        ImportState.PREVIEWED: ImportState.CANCELLED,
        ImportState.APPLYING: ImportState.CANCELLED,
    },
}
# Asked for twice, it is done once.
_DONE: Mapping[Act, tuple[ImportState, ...]] = {
    Act.READ: (),
    Act.APPLY: (ImportState.APPLYING, ImportState.APPLIED),
    Act.UNDO: (ImportState.UNDOING, ImportState.UNDONE),
    Act.CANCEL: (ImportState.CANCELLED,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One file that somebody sent, and what has become of it.

    `change_id` and `undo_id` tie together in the history what applying and what undoing has changed.
    """

    id: int
    file_name: str
    size: int
    state: ImportState
    by: str
    change_id: str
    undone_by: str
    undo_id: str
    layout: Layout | None
    wish: Wish
    records_read: int
    rows_made: int
    error: str
    error_detail: str
    created_at: datetime
    changed_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int | None:
        """How many customers are to be carried through the present step, None where nobody knows yet."""
        if self.state in {ImportState.UPLOADING, ImportState.READING}:
            return None
        if self.state in {ImportState.UNDOING, ImportState.UNDONE}:
            return self.counts["added"] + self.counts["updated"]
        return self.counts["new"] + self.counts["update"]

    @property
    def done(self) -> int:
        """How many of them have been."""
        if self.state in {ImportState.UPLOADING, ImportState.READING}:
            return self.rows_made
        undone = self.state in {ImportState.UNDOING, ImportState.UNDONE}
        return sum(self.counts[name] for name in (REVERSALS if undone else OUTCOMES))


def after(act: Act, state: ImportState) -> ImportState:
    """Return the state that an act leads to: the same one where it was done before, or refuse it."""
    if state in _DONE[act]:
        return state
    step = _STEPS[act].get(state)
    if step is None:
        raise MyCRMError(
            "import_state_wrong",
            Kind.CONFLICT,
            f"an import that is {state.value} takes no {act.value}",
            context={"state": state.value},
        )
    return step


def is_news(before: Import, after: Import) -> bool:
    """Tell whether an import has come so much further that those who watch it should hear of it."""
    return before.state is not after.state or _mark(before) != _mark(after)


def counted(counts: Mapping[str, Any]) -> dict[str, int]:
    """Return all counts, those that nobody has written among them as 0."""
    return {name: int(counts.get(name, 0)) for name in COUNTS}


def _mark(one: Import) -> int:
    """Return how many hundredths are done, or thousands of rows where nobody knows of how many."""
    return one.done // 1_000 if one.total is None else one.done * 100 // max(one.total, 1)


def fitting(size: int, *, seconds: float) -> int:
    """Return how many rows the next step takes, so that it lasts about as long as others may have to wait for it."""
    wanted = int(size * _STEP_SECONDS / max(seconds, _STEP_SECONDS / 10))
    return max(_FEWEST, min(_MOST, wanted))
