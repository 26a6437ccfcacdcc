"""One odd mail: what is odd about it, its bytes, and what has to be read from it.

A mail is written line by line so that its oddity can be seen; what it does not say itself (sender, recipient, date,
subject, id) is filled in with lines that nobody could misread.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

OWN_ADDRESS = "sales@example.cn"
ADMIN_NAME = "系统管理员"
ARRIVED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
WRITTEN = datetime(2026, 3, 2, 6, 3, 22, tzinfo=UTC)
SENDER, SENDER_NAME = "li@customer.example", "Li"
SUBJECT = "Quotation"
TEXT = "The text"


@dataclass(frozen=True, kw_only=True, slots=True)
class OddMail:
    """A mail with the truth about it.

    `cause` says what is odd. `addresses` are rows such as `to sales@example.cn`, the sender's among them; `text` is
    all that a reader sees, with single blanks. `twin` is one name for all mails that are copies of each other;
    `is_held` says that it cannot be read at all. `is_cut` says that its words go on beyond what is kept.
    """

    cause: str
    raw_bytes: bytes
    subject: str = SUBJECT
    sender: str = SENDER_NAME
    date: datetime = WRITTEN
    type: str = "receive"
    addresses: frozenset[str] = frozenset({f"from {SENDER}", f"to {OWN_ADDRESS}"})
    text: str = TEXT
    attachments: tuple[str, ...] = ()
    mark: str = ""
    is_answer: bool = True
    bounced: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    blocked_images: int = 0
    twin: str = ""
    is_held: bool = False
    internal_date: datetime = ARRIVED
    folder: str = "INBOX"


def odd(
    cause: str, *fields: str | bytes, body: str | bytes = TEXT, line_end: bytes = b"\r\n", **truth: Any
) -> OddMail:
    """An odd mail of these header lines and this text; what is not said about it is as in any other mail."""
    raw = letter(cause, *fields, body=body, line_end=line_end)
    return OddMail(cause=cause, raw_bytes=raw, **truth)


def letter(cause: str, *fields: str | bytes, body: str | bytes = TEXT, line_end: bytes = b"\r\n") -> bytes:
    """The bytes of a mail: these header lines and those that are missing, a blank line, this text."""
    lines = [_bytes(field) for field in fields]
    known = {line.partition(b":")[0].strip().lower() for line in lines}
    filled = [line for name, line in _usual(cause) if name not in known]
    return line_end.join(
        [*filled, *lines, b"", _bytes(body).replace(b"\r\n", b"\n").replace(b"\n", line_end)]
    )


def part(content_type: str, body: str | bytes, *more: str | bytes) -> bytes:
    """A part with its header; an empty type leaves the field away."""
    head = [f"Content-Type: {content_type}".encode()] if content_type else []
    text = _bytes(body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return b"\r\n".join([*head, *map(_bytes, more), b"", text])


def several(*sections: bytes, boundary: str = "b1", closed: bool = True) -> bytes:
    """The body of a multipart."""
    marker = b"\r\n--" + boundary.encode()
    end = marker + b"--\r\n" if closed else b"\r\n"
    return b"".join(marker + b"\r\n" + section for section in sections).removeprefix(b"\r\n") + end


def multipart(subtype: str, *sections: bytes, boundary: str = "b1", closed: bool = True) -> bytes:
    """A multipart as a part of another one."""
    kind = f"Content-Type: multipart/{subtype}; boundary={boundary}".encode()
    return kind + b"\r\n\r\n" + several(*sections, boundary=boundary, closed=closed)


def rows(*addresses: str) -> frozenset[str]:
    """Addresses as `role address`, for `OddMail.addresses`."""
    return frozenset(addresses)


def _usual(cause: str) -> Iterable[tuple[bytes, bytes]]:
    digest = sha256(cause.encode()).hexdigest()[:16]
    yield b"from", f"From: {SENDER_NAME} <{SENDER}>".encode()
    yield b"to", f"To: {OWN_ADDRESS}".encode()
    yield b"date", f"Date: {format_datetime(WRITTEN)}".encode()
    yield b"subject", f"Subject: {SUBJECT}".encode()
    yield b"message-id", f"Message-ID: <{digest}@customer.example>".encode()


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
