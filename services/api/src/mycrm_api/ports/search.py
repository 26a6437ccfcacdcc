"""The search index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mycrm_common.work import Reading, Work

# A gram, and the number of the field in which it is.
Gram = tuple[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Somebody changed a customer."""

    id: int
    customer_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedTexts:
    """The searchable texts of a customer, by the numbers of their fields."""

    customer_id: int
    texts: Mapping[int, str]


class SearchIndex(Protocol):
    """What is written beside the customers so that they are found by a part of a word."""

    async def anything_waits(self, reading: Reading) -> bool:
        """Tell whether something was changed that is not in the index."""
        ...

    async def waiting(self, reading: Reading, *, most: int) -> list[Change]:
        """Return some of what was changed: by hand before in bulk, and the oldest first."""
        ...

    async def texts_of(self, reading: Reading, customer_ids: Sequence[int]) -> list[IndexedTexts]:
        """Return the searchable texts of these customers, those that are still there, by id."""
        ...

    async def add_chunk(self, work: Work, chunk: int) -> None:
        """Let searches look into a chunk."""
        ...

    async def add(self, work: Work, chunk: int, places: Mapping[Gram, Sequence[int]]) -> None:
        """Add places of a chunk to the sets of these grams."""
        ...

    async def forget(self, work: Work, change_ids: Sequence[int]) -> None:
        """Forget changes that are in the index now."""
        ...
