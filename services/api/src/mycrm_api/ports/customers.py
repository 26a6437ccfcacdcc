"""The customers, their addresses, and when they were last contacted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from mycrm_api.domain.customers import Customer, NewCustomer
from mycrm_common.work import Reading, Work


class Addresses(Protocol):
    """Knows what an e-mail address is."""

    def checked(self, address: str) -> str:
        """Return an address in its usual form; what is none is `email_invalid`."""
        ...


class RichText(Protocol):
    """Makes rich text harmless."""

    def cleaned(self, html: str) -> str:
        """Return the text with nothing in it that runs or loads."""
        ...

    def taken(self, text: str) -> str:
        """Return rich text from what may be rich or plain."""
        ...


class Customers(Protocol):
    """The customers."""

    async def by_id(self, reading: Reading, customer_id: int) -> Customer | None:
        """Return the customer of that id."""
        ...

    async def hold(self, work: Work, customer_id: int) -> Customer | None:
        """Return the customer as it stands, and let nobody else change it before this work is done."""
        ...

    async def insert_customer(self, work: Work, new: NewCustomer) -> int:
        """Write a new customer down and return its id; an e-mail that is there already is refused."""
        ...

    async def save(self, work: Work, customer: Customer) -> None:
        """Write an edited customer down; an e-mail that another one has is refused."""
        ...


class Contacts(Protocol):
    """When customers and their companies were last contacted."""

    async def newest_sent_to(self, reading: Reading, email_key: str) -> datetime | None:
        """Return the date of the newest stored mail that we sent to an address."""
        ...

    async def recipients_of(self, reading: Reading, message_id: int) -> list[str]:
        """Return the keys of the addresses to which a stored mail went, as they are now."""
        ...

    async def raise_contact(self, work: Work, email_keys: Iterable[str], date: datetime) -> None:
        """Note that these addresses were written to; a date never moves back."""
        ...

    async def hold_companies(self, work: Work, companies: Iterable[str]) -> None:
        """Let nobody else change the members of these companies before this work is done."""
        ...

    async def hold_company_of(self, work: Work, customer_id: int, *, joining: str = "") -> None:
        """Let nobody else change the members of a customer's company, and of the one it joins."""
        ...

    async def hold_companies_of(
        self, work: Work, customer_ids: Iterable[int], *, joining: Iterable[str] = ()
    ) -> None:
        """Let nobody else change the members of these customers' companies, and of those they join."""
        ...

    async def take_in_sent(self, work: Work, customer_ids: Iterable[int]) -> None:
        """Raise the contact dates of customers who have just come to what the stored mail tells."""
        ...

    async def take_in_sent_before(self, work: Work, customer_ids: Iterable[int]) -> None:
        """The same by addresses that they had before, whose mail has not been moved yet."""
        ...

    async def recompute_company_contact(self, work: Work, companies: Iterable[str]) -> None:
        """Compute anew when these companies were last contacted."""
        ...


class AddressChanges(Protocol):
    """E-mail addresses that customers had before, until their mail has been moved."""

    async def put_change(
        self, work: Work, customer_id: int, *, version: int, previous_key: str, email_key: str
    ) -> None:
        """Write down that an edit gave the customer another address."""
        ...

    async def keys_in_use(self, reading: Reading, customer_id: int, *, email_key: str) -> list[str]:
        """Return the keys under which a customer's mail may lie."""
        ...

    async def heirs(self, reading: Reading, keys: Iterable[str]) -> list[str]:
        """Return the present keys of customers whose mail under one of these keys is still to be moved."""
        ...
