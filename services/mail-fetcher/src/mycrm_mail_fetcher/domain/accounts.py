"""Every uid of a folder in exactly one named set, and what it takes to make that true.

The server's uids stand on one side, the sets of the ledger on the other. What is only on the server is missing and
has to be looked at; what is only in the ledger has vanished from the folder (its message stays with us). Nothing is
ever found by subtracting numbers: each set is counted by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Final

from mycrm_mail_fetcher.domain.uid_sets import UidSet

_NOTHING: Final = UidSet()


class Rule(StrEnum):
    """Why a mail is not stored, or not any more."""

    OUTSIDE_WINDOW = "outside_window"
    REMOVED = "removed"
    DRAFT = "draft"
    EXCLUDED = "excluded_folder"


# Rules that look at what a mail is now, not at what it was when it came.
PASSING: Final = (Rule.DRAFT, Rule.EXCLUDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What the ledger says of a folder's uids; each stands in one of these sets.

    `lost` were stored, but their message is gone without our doing; `retry` are those of `held` that may be asked
    for again by ourselves.
    """

    stored: UidSet = _NOTHING
    lost: UidSet = _NOTHING
    held: UidSet = _NOTHING
    retry: UidSet = _NOTHING
    ignored: Mapping[Rule, UidSet] = field(default_factory=dict)

    @property
    def all(self) -> UidSet:
        """Return every uid that the ledger names."""
        return reduce(or_, self.ignored.values(), self.stored | self.lost | self.held)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What a comparison asks for.

    `fetch` is looked at, `anyway` of it however old it is; `ignore` is to be named under rules without being looked
    at; `vanished` is no longer on the server; `missing` should have been in the ledger and is not.
    """

    fetch: UidSet
    anyway: UidSet
    ignore: Mapping[Rule, UidSet]
    vanished: UidSet
    missing: UidSet


def compare(
    server: UidSet,
    recent: UidSet,
    named: Named,
    *,
    known_up_to: int,
    aside: Mapping[Rule, UidSet] | None = None,
) -> Account:
    """Hold the server's uids against the ledger's; up to `known_up_to` everything should be there.

    `recent` are those of the server's uids that may lie inside the window, `aside` those that rules of the moment
    leave out.
    """
    aside = aside or {}
    unnamed = server - named.all
    left_out = {rule: unnamed & aside.get(rule, _NOTHING) for rule in PASSING}
    open_now = unnamed - reduce(or_, left_out.values())
    # What a wider window, or the end of a rule's reason, makes worth a look.
    again = named.ignored.get(Rule.OUTSIDE_WINDOW, _NOTHING) & recent
    for rule in PASSING:
        again |= named.ignored.get(rule, _NOTHING) - aside.get(rule, _NOTHING)
    lost = named.lost & server
    recent &= server
    return Account(
        fetch=(open_now & recent) | lost | (again & server) | (named.retry & server),
        anyway=lost,
        ignore={Rule.OUTSIDE_WINDOW: open_now - recent, **left_out},
        vanished=named.all - server,
        missing=lost | (unnamed.between(1, known_up_to) if known_up_to > 0 else _NOTHING),
    )
