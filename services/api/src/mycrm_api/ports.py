"""What use cases need from outside. The modules of `store` and the classes of `adapters` fulfil these."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.customers import Customer, CustomerList, NewCustomer
from mycrm_api.domain.held_mail import HeldList, HeldMail, HeldPlace
from mycrm_api.domain.logs import LogEntry, LogList
from mycrm_api.domain.mailbox import Mailbox
from mycrm_api.domain.messages import Message, MessageFilter, MessageList
from mycrm_api.domain.parked import ParkedEvent, ParkedFilter, ParkedList
from mycrm_api.domain.requests import MailboxAnswer, Request
from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import User
from mycrm_common.work import Reading, ReadingRoom, Work


class Passwords(Protocol):
    """Hashes passwords and checks them."""

    async def hash(self, password: str) -> str:
        """Return what may be stored of a password."""
        ...

    async def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the one stored; None stands for an account that does not exist."""
        ...


class Account(Protocol):
    """A user with what its password is checked against."""

    @property
    def user(self) -> User:
        """Who it is."""
        ...

    @property
    def password_hash(self) -> str:
        """What was stored of the password."""
        ...


class Users(Protocol):
    """Accounts, and the one chance to make the first."""

    async def any_exists(self, reading: Reading) -> bool:
        """Tell whether there is an account at all."""
        ...

    async def hold_by_username(self, work: Work, username: str) -> Account | None:
        """Return the account of that name, if it may sign in; whoever else asks waits until this work is done."""
        ...

    async def insert_user(
        self, work: Work, *, username: str, password_hash: str, role: Role, language: str
    ) -> User:
        """Write a new account down and return it."""
        ...

    async def change_user(self, work: Work, user_id: int, values: dict[str, str]) -> User:
        """Change an account's own choices and return it."""
        ...

    async def put_setup_code(self, work: Work, code: str | None) -> None:
        """Keep the newest one-time code; None where none is asked."""
        ...

    async def setup_code_asked(self, reading: Reading) -> bool:
        """Tell whether the set-up asks for a code."""
        ...

    async def setup_code_fits(self, reading: Reading, code: str) -> bool:
        """Tell whether a code is the one that was printed, or none is asked."""
        ...

    async def take_setup(self, work: Work) -> bool:
        """Take the one chance to set up; False when somebody else has had it."""
        ...


class Sessions(Protocol):
    """Who is signed in, and who failed to."""

    async def insert_session(self, work: Work, token: str, *, user_id: int) -> None:
        """Begin a session."""
        ...

    async def user_of_session(
        self, reading: Reading, token: str, *, at: datetime
    ) -> tuple[User, bool] | None:
        """Return who holds the session and whether to write its use down, or None when it is over."""
        ...

    async def touch(self, work: Work, token: str) -> None:
        """Write down that a session was used now."""
        ...

    async def end(self, work: Work, token: str) -> None:
        """End a session."""
        ...

    async def failures_since(
        self, reading: Reading, username: str, *, address: str, since: datetime
    ) -> tuple[int, datetime | None]:
        """Count failed sign-ins of an account from an address, and tell when the oldest was."""
        ...

    async def insert_failure(
        self, work: Work, username: str, *, address: str, forget_before: datetime
    ) -> None:
        """Write a failed sign-in down."""
        ...

    async def forgive(self, work: Work, username: str, *, address: str) -> None:
        """Forget the failures of an account from an address."""
        ...


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


class Customers(Protocol):
    """The customers."""

    async def by_id(self, reading: Reading, customer_id: int) -> Customer | None:
        """Return the customer of that id."""
        ...

    async def hold(self, work: Work, customer_id: int) -> Customer | None:
        """Return the customer as it stands, and let nobody else change it before this work is done."""
        ...

    async def page(self, reading: Reading, wanted: CustomerList) -> Page[Customer]:
        """Return one page of the list."""
        ...

    async def insert_customer(self, work: Work, new: NewCustomer) -> int:
        """Write a new customer down and return its id; an e-mail that is there already is refused."""
        ...

    async def save(self, work: Work, customer: Customer) -> None:
        """Write an edited customer down; an e-mail that another one has is refused."""
        ...

    async def remove(self, work: Work, customer_id: int, *, by: str) -> None:
        """Move a customer out of the list, to those that were deleted."""
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


class Messages(Protocol):
    """The stored messages."""

    async def page(self, reading: Reading, wanted: MessageList) -> Page[Message]:
        """Return one page of the messages that a filter means, newest first."""
        ...

    async def count(self, reading: Reading, chosen: MessageFilter) -> int:
        """Count the messages that a filter means."""
        ...

    async def by_id(self, reading: Reading, message_id: int) -> Message | None:
        """Return the message of that id."""
        ...


class Box(Protocol):
    """Seals small texts, to be opened under the same name only."""

    def seal(self, text: str, *, name: str) -> str:
        """Return the text encrypted."""
        ...

    def open(self, sealed: str, *, name: str) -> str:
        """Return the text; a wrong key or name is `secret_unreadable`."""
        ...


class SettingsStore(Protocol):
    """What people set while MyCRM runs, and the secrets."""

    async def stored(self, reading: Reading) -> dict[str, str | None]:
        """Return everything that is written down."""
        ...

    async def put_settings(self, work: Work, values: Mapping[str, str]) -> None:
        """Write some settings down."""
        ...

    async def secret_names(self, reading: Reading) -> set[str]:
        """Return the names of the secrets that are set."""
        ...

    async def sealed(self, reading: Reading, name: str) -> str | None:
        """Return a secret as it is kept, sealed."""
        ...

    async def put_secret(self, work: Work, name: str, *, sealed_text: str) -> None:
        """Keep a sealed secret under its name."""
        ...

    async def forget_secret(self, work: Work, name: str) -> None:
        """Keep a secret no longer."""
        ...


class Requests(Protocol):
    """What people ask of other services."""

    async def put_request(
        self,
        work: Work,
        request_id: str,
        *,
        noun: str,
        verb: str,
        parameters: Mapping[str, Any],
        sealed: str | None,
    ) -> None:
        """Write a request down; its secret is sealed."""
        ...

    async def close_request(self, work: Work, request_id: str) -> None:
        """Mark a request as answered and forget its secret."""
        ...

    async def forget_requests(
        self, work: Work, *, before: datetime, with_secret_before: datetime, limit: int
    ) -> int:
        """Remove old requests, those that hold a secret sooner, and return how many."""
        ...

    async def mailbox_answer(self, reading: Reading, request_id: str) -> MailboxAnswer | None:
        """Return what mail-fetcher has answered, or None while it has not."""
        ...

    async def by_id(self, reading: Reading, request_id: str) -> Request | None:
        """Return what was asked under that id, with the answer if there is one."""
        ...


class Mailboxes(Protocol):
    """How the mailbox is doing."""

    async def state_of_mailbox(self, reading: Reading, *, is_configured: bool) -> Mailbox:
        """Return the mailbox's state with what became of each folder's mail."""
        ...


class HeldMails(Protocol):
    """Mail that is held back in the present mailbox."""

    async def page(self, reading: Reading, wanted: HeldList) -> Page[HeldMail]:
        """Return one page of the held mails."""
        ...

    async def count(self, reading: Reading, folder_id: int | None = None) -> int:
        """Count the held mails, of all folders or of one."""
        ...

    async def is_held(self, reading: Reading, place: HeldPlace) -> bool:
        """Tell whether that mail is held back."""
        ...

    async def beginning(self, reading: Reading, place: HeldPlace) -> bytes | None:
        """Return what was kept of a held mail, nothing where the server gave nothing; None where it is not held."""
        ...


class MailCopies(Protocol):
    """Whole mails that were copied for a download."""

    async def size(self, reading: Reading, request_id: str) -> int | None:
        """Return how many bytes the copy has, or None where there is none, or none any more."""
        ...

    def pieces(self, reading: ReadingRoom, request_id: str) -> AsyncIterator[bytes]:
        """Yield the copy piece by piece; between two of them nothing is held open."""
        ...


class Logs(Protocol):
    """What the services have logged."""

    async def page(self, reading: Reading, wanted: LogList) -> Page[LogEntry]:
        """Return one page of a service's log, newest first."""
        ...

    async def newest(self, reading: Reading, service: str) -> int | None:
        """Return the id of the newest line of a service's log."""
        ...

    async def clear_some(self, work: Work, service: str, *, until: int, limit: int) -> int:
        """Remove some lines of a service's log up to the one of that id, and return how many that were."""
        ...


class Parked(Protocol):
    """Events that were set aside."""

    async def page(self, reading: Reading, wanted: ParkedList) -> Page[ParkedEvent]:
        """Return one page of the parked events, newest first."""
        ...

    async def by_id(self, reading: Reading, parked_id: int) -> ParkedEvent | None:
        """Return the parked event of that id, with all that is kept of its body."""
        ...

    async def replayable_ids(
        self, reading: Reading, which: ParkedFilter, *, after: int, limit: int
    ) -> Sequence[int]:
        """Return the first ids above `after` of those parked events that can be tried again."""
        ...

    async def make_due(self, work: Work, parked_ids: Sequence[int]) -> int:
        """Let parked events be tried again from the first attempt, and return how many were parked still."""
        ...
