"""What is written when customers change: the record itself, and all that follows from it."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.customers import Customer
from mycrm_api.domain.deleted_customers import DeletedCustomer, DeletedList, Gone
from mycrm_api.domain.history import CustomerChange, HistoryEntry, HistoryList
from mycrm_api.ports.customers import AddressChanges, Contacts, Customers
from mycrm_common.work import Reading, Work


class CustomerSets(Protocol):
    """Many customers at once, by few statements."""

    async def hold_some(self, work: Work, customer_ids: Iterable[int]) -> list[int]:
        """Let nobody else change these customers before this work is done, and return the ids that are there."""
        ...

    async def some(self, reading: Reading, customer_ids: Iterable[int]) -> list[Customer]:
        """Return those of these customers that are there, by id."""
        ...

    async def save_some(self, work: Work, edited: Sequence[Customer], *, fields: Collection[str]) -> None:
        """Write these fields of edited customers down; never the e-mail, which only `Customers.save` moves."""
        ...

    async def owners(self, reading: Reading, email_keys: Iterable[str]) -> dict[str, int]:
        """Return which of these addresses customers have, and who."""
        ...


class DeletedCustomers(Protocol):
    """The customers that were deleted, for as long as they are kept."""

    async def remove_some(self, work: Work, customer_ids: Iterable[int], *, by: str) -> None:
        """Move customers out of the list, to those that were deleted."""
        ...

    async def put_back(self, work: Work, customer_ids: Iterable[int]) -> None:
        """Move deleted customers back into the list, each as the next version of what it was."""
        ...

    async def hold_gone(self, work: Work, customer_ids: Iterable[int]) -> list[Gone]:
        """Return those of these customers that are deleted, and let nobody else bring them back or forget them."""
        ...

    async def gone(self, reading: Reading, customer_ids: Iterable[int]) -> list[Gone]:
        """Return those of these customers that are deleted."""
        ...

    async def last_gone(self, reading: Reading, email_key: str, *, since: datetime) -> Gone | None:
        """Return who had an address and was deleted last, not before `since`."""
        ...

    async def page(self, reading: Reading, wanted: DeletedList) -> Page[DeletedCustomer]:
        """Return one page of the deleted customers."""
        ...

    async def forget_some(self, work: Work, *, before: datetime, limit: int) -> int:
        """Remove those for good that were deleted before a moment, and return how many."""
        ...


class History(Protocol):
    """What was changed of customers."""

    async def put_changes(
        self,
        work: Work,
        changes: Sequence[CustomerChange],
        *,
        change_id: str | None = None,
        undoes: str | None = None,
    ) -> str:
        """Write down what one act changed, and return its id: a new one, or that of the act which this continues."""
        ...

    async def of_customer(self, reading: Reading, wanted: HistoryList) -> Page[HistoryEntry]:
        """Return one page of a customer's history, newest first."""
        ...

    def of_change(self, reading: Reading, change_id: str) -> AsyncIterator[list[HistoryEntry]]:
        """Return all that one act changed, by customer, some at a time."""
        ...


class SearchIndex(Protocol):
    """What makes customers found."""

    async def note_changed(self, work: Work, customer_ids: Iterable[int]) -> None:
        """Let search find these customers as this work leaves them."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerBooks:
    """Everything that is kept of customers, each for its part: who changes one, writes in all of them."""

    customers: Customers
    sets: CustomerSets
    deleted: DeletedCustomers
    contacts: Contacts
    address_changes: AddressChanges
    history: History
    search: SearchIndex
