"""Taking back what one act did to a customer, where that is still what stands there.

Each customer is looked at by itself: it is taken back whole, or left whole, with the reason. Nothing that somebody
did afterwards is ever overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from mycrm_api.domain.customers import Customer, edited
from mycrm_api.domain.deleted_customers import Gone
from mycrm_api.domain.history import HistoryEntry, is_addition

Step = Literal["revert", "remove", "bring_back"]
Reason = Literal["changed_since", "undone_already", "email_taken", "forgotten"]

_FAILURES: frozenset[Reason] = frozenset({"email_taken", "forgotten"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A customer that an undo has left as it is; `other_id` is who has its address now."""

    customer_id: int
    reason: Reason
    other_id: int | None = None

    @property
    def is_failure(self) -> bool:
        """Whether the undo was right and could not be done, rather than overtaken by what people did since."""
        return self.reason in _FAILURES


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What became of an undo; `change_id` undoes it in turn, None where it did nothing."""

    change_id: str | None
    reversed: int
    kept: Sequence[Left]
    failed: Sequence[Left]


def step_back(entry: HistoryEntry, *, live: Customer | None, gone: Gone | None, at: datetime) -> Step | Left:
    """Return what takes a change back from a customer, or why it stays."""
    if entry.how == "deleted":
        return _of_deletion(entry, live=live, gone=gone, at=at)
    if is_addition(entry) or entry.how == "restored":
        if live is None:
            return _left(entry, "undone_already")
        return "remove" if live.version == entry.version else _left(entry, "changed_since")
    return _of_edit(entry, live=live)


def reverted(entry: HistoryEntry, live: Customer, *, at: datetime) -> Customer:
    """Return the customer with the fields of a change as they were before it."""
    return edited(live, {name: before for name, (before, _) in entry.changed.items()}, at=at)


def returned(gone: Gone) -> Gone:
    """Return what is brought back: the same under the next version."""
    return replace(gone, version=gone.version + 1)


def _of_edit(entry: HistoryEntry, *, live: Customer | None) -> Step | Left:
    if live is None:
        return _left(entry, "changed_since")
    if all(getattr(live, name) == before for name, (before, _) in entry.changed.items()):
        return _left(entry, "undone_already")
    if any(getattr(live, name) != after for name, (_, after) in entry.changed.items()):
        return _left(entry, "changed_since")
    return "revert"


def _of_deletion(
    entry: HistoryEntry, *, live: Customer | None, gone: Gone | None, at: datetime
) -> Step | Left:
    if live is not None:
        return _left(entry, "undone_already")
    if gone is None or not gone.can_return(at=at):
        return _left(entry, "forgotten")
    return "bring_back" if gone.version == entry.version else _left(entry, "changed_since")


def _left(entry: HistoryEntry, reason: Reason) -> Left:
    return Left(customer_id=entry.customer_id, reason=reason)
