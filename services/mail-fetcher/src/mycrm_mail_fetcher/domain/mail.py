"""What a mail says, once it has been read. Everything else in this room makes or uses these values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal

RecipientRole = Literal["to", "cc", "bcc", "bounced"]


class Mark(StrEnum):
    """Who wrote a mail, if not a person: an answering machine (RFC 3834), or a list to its members (RFC 2919)."""

    NONE = ""
    AUTO = "auto"
    LIST = "list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A mailbox as a header names it; either half may be empty."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Somebody whom a mail was meant for, or whom it could not reach (`bounced`)."""

    role: RecipientRole
    name: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """What hung on a mail; its bytes are never kept. `size` is that of the decoded file, as far as it was read."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BouncedRecipient:
    """An address that a mail could not reach; `status` is like 5.1.1, both texts may be empty."""

    email: str
    status: str
    diagnostic: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """A delivery status notification that reports failure; `recipients` is empty if it names nobody."""

    recipients: tuple[BouncedRecipient, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadMail:
    """One mail as far as MyCRM keeps it.

    `html` is one text and not yet sanitised; `date` is aware UTC; all copies of the mail have the same `content_key`.
    `references` are the ids of the mails before it in the conversation, the oldest first.
    """

    message_id: str
    sender: Address
    recipients: tuple[Recipient, ...]
    date: datetime
    subject: str
    html: str
    content_key: bytes
    mark: Mark
    references: tuple[str, ...]
    bounce: Bounce | None
    attachments: tuple[Attachment, ...]
    other_senders: tuple[Address, ...] = ()

    @property
    def text_digest(self) -> bytes:
        """Return a digest of the text that does not mind how its lines are broken."""
        return digest_of_text(self.html)


def digest_of_text(html: str) -> bytes:
    """Return a digest of a mail's text that does not mind how its lines are broken."""
    return sha256(" ".join(html.split()).encode()).digest()
