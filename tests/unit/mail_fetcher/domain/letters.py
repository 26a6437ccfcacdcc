"""Mails built line by line, so that a test shows exactly which bytes are odd."""

from datetime import UTC, datetime

from mycrm_mail_fetcher.domain.mail import ReadMail
from mycrm_mail_fetcher.domain.mime import read_mail
from mycrm_mail_fetcher.domain.plain import text_of

ARRIVED = datetime(2024, 3, 5, 6, 30, tzinfo=UTC)


def a_mail(*fields: str | bytes, body: str | bytes = "Hello", line_end: bytes = b"\r\n") -> bytes:
    """A mail of these header lines and this body."""
    lines = [field.encode() if isinstance(field, str) else field for field in fields]
    text = body.encode() if isinstance(body, str) else body
    return line_end.join([*lines, b"", text.replace(b"\r\n", b"\n").replace(b"\n", line_end)])


def a_part(content_type: str, body: str | bytes, *more: str) -> bytes:
    """A part of a mail, with its headers."""
    return a_mail(f"Content-Type: {content_type}", *more, body=body)


def parts(boundary: str, *sections: bytes, closed: bool = True) -> bytes:
    """The body of a multipart."""
    marker = b"--" + boundary.encode()
    joined = b"".join(marker + b"\r\n" + section + b"\r\n" for section in sections)
    return joined + (marker + b"--\r\n" if closed else b"")


def a_multipart(subtype: str, *sections: bytes, boundary: str = "b1", closed: bool = True) -> bytes:
    """A mail, or a part, of several parts."""
    kind = f"Content-Type: multipart/{subtype}; boundary={boundary}"
    return a_mail(kind, body=b"").removesuffix(b"\r\n") + b"\r\n" + parts(boundary, *sections, closed=closed)


def read(raw: bytes, *, arrived: datetime = ARRIVED, truncated: bool = False) -> ReadMail:
    """What the reader makes of it."""
    return read_mail(raw, internal_date=arrived, truncated=truncated)


def shown(raw: bytes, *, truncated: bool = False) -> str:
    """The text that the reader would show, without markup."""
    return text_of(read(raw, truncated=truncated).html)
