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

from mycrm_mail_fetcher.domain.uid_sets import UidSet

_NOTHING = UidSet()


class Rule(StrEnum):
    """Why a mail is not stored, or not any more."""

    OUTSIDE_WINDOW = "outside_window"
    REMOVED = "removed"


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

    `fetch` is looked at, `anyway` of it however old it is; `outside` is older than the window; `vanished` is no
    longer on the server; `missing` should have been in the ledger and is not.
    """

    fetch: UidSet
    anyway: UidSet
    outside: UidSet
    vanished: UidSet
    missing: UidSet


def compare(server: UidSet, recent: UidSet, named: Named, *, known_up_to: int) -> Account:
    """Hold the server's uids against the ledger's; up to `known_up_to` everything should be there.

    `recent` are those of the server's uids that may lie inside the window.
    """
    unnamed = server - named.all
    lost = named.lost & server
    widened = named.ignored.get(Rule.OUTSIDE_WINDOW, _NOTHING) & recent & server
    recent &= server
    return Account(
        fetch=(unnamed & recent) | lost | widened | (named.retry & server),
        anyway=lost,
        outside=unnamed - recent,
        vanished=named.all - server,
        missing=lost | (unnamed.between(1, known_up_to) if known_up_to > 0 else _NOTHING),
    )
