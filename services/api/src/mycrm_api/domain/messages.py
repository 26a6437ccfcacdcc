"""Stored messages, as far as the API looks at them; mail-fetcher writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MessageType = Literal["receive", "sendto", "comment", "system"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """What hung on a mail; its bytes were never kept."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message; `content` is HTML that was made safe when it was stored."""

    id: int
    sender: str
    date: datetime
    type: MessageType
    subject: str
    content: str
    addresses: tuple[str, ...]
    blocked_images: int
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilter:
    """Which messages are meant: those at any of these addresses' keys, of that type; None means all."""

    keys: Sequence[str] | None = None
    type: MessageType | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageList:
    """Which part of these messages is asked for; the newest come first."""

    filter: MessageFilter
    cursor: str | None = None
    limit: int = 50
