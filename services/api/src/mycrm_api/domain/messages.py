"""Stored messages, as far as the API looks at them; mail-fetcher writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mycrm_api.domain.cursors import Page

MessageType = Literal["receive", "sendto", "comment", "system"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """What hung on a mail; its bytes were never kept."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message; `content` is HTML that was made safe when it was stored.

    `thread` names its conversation, None where the mail has no id by which others could answer it; `thread_size` is how
    many messages of the conversation are stored.
    """

    id: int
    sender: str
    date: datetime
    type: MessageType
    subject: str
    content: str
    addresses: tuple[str, ...]
    blocked_images: int
    attachments: tuple[Attachment, ...]
    thread: str | None = None
    thread_size: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilter:
    """Which messages are meant: at any of these addresses' keys, of that type, of that conversation; None means all.

    `words` are looked for in what is left.
    """

    keys: Sequence[str] | None = None
    type: MessageType | None = None
    thread: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageList:
    """Which part of these messages is asked for; the newest come first."""

    filter: MessageFilter
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePage(Page[Message]):
    """One page of messages; `searched_to` is the date of the last one that words were looked for in."""

    searched_to: datetime | None = None
