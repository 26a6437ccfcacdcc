"""The ledger of the mailbox: of each folder, in which named set each of its mails is, and how many are in each.

Every set is counted by itself. What the server counts is only ever compared with their sum; a set that were
computed as the rest would always add up, and prove nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SetState = Literal["stored", "ignored", "held", "missing"]

EXCLUDED_FOLDER = "excluded_folder"
_ORDER: tuple[SetState, ...] = ("stored", "ignored", "held", "missing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why something could not be done."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One named set: the rule by which it is ignored, or the error that holds it; the other states need no reason."""

    state: SetState
    reason: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What the server counts, and the sets. `found_missing` is what the last comparison missed and fetched again."""

    on_server: int
    reasons: tuple[Reason, ...]
    compared_at: datetime | None
    found_missing: int

    @property
    def stored(self) -> int:
        """How many mails are stored, with their message."""
        return self._in("stored")

    @property
    def ignored(self) -> int:
        """How many mails a rule leaves aside."""
        return self._in("ignored")

    @property
    def held(self) -> int:
        """How many mails are held back with an error."""
        return self._in("held")

    @property
    def missing(self) -> int:
        """How many mails were stored and have lost their message."""
        return self._in("missing")

    def _in(self, state: SetState) -> int:
        return sum(each.count for each in self.reasons if each.state == state)


@dataclass(frozen=True, kw_only=True)
class FolderLedger(Counts):
    """What became of a folder's mail.

    `excluded` is empty, or why the folder is not read (`rule`); `under_way` says that a look at all of it has not
    come to its end, so the sets are still growing.
    """

    folder_id: int
    name: str
    excluded: str
    under_way: bool
    error: Trouble | None

    @property
    def adds_up(self) -> bool:
        """Tell whether each mail on the server is in a set, and none of them is missing."""
        named = self.stored + self.ignored + self.held + self.missing
        return self.on_server == named and not self.missing


def totals(folders: Iterable[FolderLedger]) -> Counts:
    """Return all folders together; the comparison is as old as the oldest of those that are read."""
    folders = tuple(folders)
    compared = [folder.compared_at for folder in folders if not folder.excluded]
    return Counts(
        on_server=sum(folder.on_server for folder in folders),
        reasons=in_order(each for folder in folders for each in folder.reasons),
        compared_at=None if None in compared else min(filter(None, compared), default=None),
        found_missing=sum(folder.found_missing for folder in folders),
    )


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return one entry per set, those of a state together and the largest first; empty sets are left out."""
    counted = Counter[tuple[SetState, str]]()
    for each in reasons:
        counted[each.state, each.reason] += each.count
    merged = [Reason(state=state, reason=reason, count=count) for (state, reason), count in counted.items()]
    return tuple(
        sorted(
            (each for each in merged if each.count),
            key=lambda each: (_ORDER.index(each.state), -each.count, each.reason),
        )
    )
