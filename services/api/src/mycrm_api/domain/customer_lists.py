"""Lists of customers: which ones, in which order, and what is told of a list too long to be counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.customers import Customer
from mycrm_api.domain.faults import refuse
from mycrm_api.domain.search import Search
from mycrm_common.errors import FieldFault

# How many customers there are of each rating and validity.
Counts = Mapping[tuple[int, int], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerFilter:
    """Which customers are on a list; `importances` None asks for every rating."""

    only_valid: bool = False
    importances: tuple[int, ...] | None = None
    search: Search = field(default_factory=Search)

    @property
    def told(self) -> dict[str, object]:
        """The filter as a cursor keeps it."""
        conditions = [["=" if one.whole else "~", one.term, *one.fields] for one in self.search.conditions]
        return {"only_valid": self.only_valid, "importances": self.importances, "search": conditions}

    def share_of(self, counts: Counts) -> int:
        """Return how many customers have a rating and validity that is asked for."""
        return sum(
            many
            for (importance, valid), many in counts.items()
            if (valid or not self.only_valid) and (self.importances is None or importance in self.importances)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerList:
    """Which part of a list is asked for, and in which order; `-` in front of a column is descending.

    `near` asks for the page at about that fraction of the list; `exact` for an exact total.
    """

    only: CustomerFilter = field(default_factory=CustomerFilter)
    sort: str = "email"
    cursor: str | None = None
    limit: int = 50
    near: float | None = None
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class CustomerPage(Page[Customer]):
    """A page of customers; `position` is how many come before it, and `approximate` says that the numbers are near.

    About `unindexed` changes of customers wait for the search index, and this search could not see them.
    """

    approximate: bool = False
    position: int | None = None
    unindexed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A row of a sorted list that so many come before; `sort_key` is a cursor just past it."""

    place: int
    sort_key: str
    customer_id: int


def check_place(*, cursor: str | None, near: float | None) -> None:
    """Refuse a list that is to begin at two places."""
    if cursor is not None and near is not None:
        refuse([FieldFault(field="near", code="fields_exclusive", message="either a cursor or near")])
