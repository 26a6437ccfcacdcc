"""A made mail, a made mailbox, and the truth about both."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tests.support.mail_texts import MadeCustomer

Direction = Literal["receive", "sendto", "system"]


@dataclass(frozen=True, kw_only=True)
class MadeMail:
    """One mail in one folder. Its date is its internal date too; direction is the product's message type."""

    kind: str
    folder: str
    raw_bytes: bytes
    internal_date: datetime
    direction: Direction
    customer_email: str
    also_to: tuple[str, ...] = ()
    subject: str
    text: str
    message_id: str

    @property
    def shown_at(self) -> frozenset[str]:
        """The addresses of everybody beside whom this mail has to appear."""
        return frozenset({self.customer_email, *self.also_to} - {""})

    @property
    def paragraphs(self) -> list[str]:
        """Each has to appear in what is shown, whatever stands between them."""
        return self.text.split("\n")


@dataclass(frozen=True, kw_only=True)
class MadeMailbox:
    """All mails by date, which is also the order of delivery, and what a reader has to find in them."""

    mails: tuple[MadeMail, ...]
    customers: tuple[MadeCustomer, ...]

    def __iter__(self) -> Iterator[MadeMail]:
        return iter(self.mails)

    def __len__(self) -> int:
        return len(self.mails)

    @property
    def per_folder(self) -> dict[str, int]:
        """How many mails lie in each folder."""
        return dict(Counter(mail.folder for mail in self.mails))

    @property
    def distinct_mails(self) -> list[MadeMail]:
        """Each message once, wherever it lies."""
        return list({mail.message_id: mail for mail in reversed(self.mails)}.values())[::-1]

    @property
    def distinct(self) -> int:
        """How many messages there are; fewer than mails, because some lie in two folders."""
        return len(self.distinct_mails)

    @property
    def per_direction(self) -> dict[str, int]:
        """How many messages of each type."""
        return dict(Counter(mail.direction for mail in self.distinct_mails))

    @property
    def newest_sent(self) -> dict[str, datetime]:
        """For each customer that was written to (To, Cc or Bcc), the date of the newest such mail."""
        known = {customer.email for customer in self.customers}
        # The mails are in the order of their dates, so the last one that is seen is the newest.
        return {
            email: mail.internal_date
            for mail in self.mails
            if mail.direction == "sendto"
            for email in mail.shown_at & known
        }

    def mails_of(self, email: str) -> list[MadeMail]:
        """The messages that have to appear beside this customer, the newest first."""
        return [mail for mail in reversed(self.distinct_mails) if email.lower() in mail.shown_at]
