"""The customers as lists, and what is kept so that long ones are quick."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from mycrm_api.domain.customer_lists import Counts, CustomerList, CustomerPage, Mark
from mycrm_api.domain.customers import Customer
from mycrm_common.work import Reading, ReadingRoom, Work


class CustomerLists(Protocol):
    """The customers, searched and sorted."""

    async def page(self, reading: Reading, wanted: CustomerList) -> CustomerPage:
        """Return one page of the list."""
        ...

    def pieces(self, reading: ReadingRoom, wanted: CustomerList) -> AsyncIterator[list[Customer]]:
        """Give the whole list in its order, some at a time; between two of them nothing is held."""
        ...


class CustomerCounts(Protocol):
    """How many customers there are, as it was counted some moments ago."""

    async def count_all(self, reading: Reading) -> Counts:
        """Count the customers of each rating and validity."""
        ...

    async def put_counts(self, work: Work, counts: Counts) -> None:
        """Keep what was counted."""
        ...

    async def done_at(self, reading: Reading) -> dict[str, datetime]:
        """Return when each part of the upkeep was last done."""
        ...

    async def note_done(self, work: Work, name: str) -> None:
        """Note that a part of the upkeep is done as of now."""
        ...


class ListMarks(Protocol):
    """Marks along the sorted lists."""

    async def marked_size(self, reading: Reading) -> int:
        """Return how many customers there were when the marks were set."""
        ...

    async def place_marks(self, reading: Reading, column: str, *, size: int, distance: int) -> list[Mark]:
        """Return marks in the list as it stands, sorted by a column."""
        ...

    async def put_marks(self, work: Work, column: str, placed: Sequence[Mark]) -> None:
        """Keep these marks of a column in the place of the old ones."""
        ...
