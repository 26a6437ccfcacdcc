"""Writes mail byte by byte, without the standard library's generator.

A reader that shares its library with the writer cannot be caught by it; and the writer has to do what
mail programs do wrongly, such as calling GBK by the name gb2312.
"""

import html
import quopri
import textwrap
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from tests.support.mail_texts import Script

Header = tuple[str, str]
CRLF = "\r\n"


def written(headers: Sequence[Header], body: bytes) -> bytes:
    """A whole mail from its headers and its part."""
    return "".join(f"{name}: {value}{CRLF}" for name, value in headers).encode() + body


def encoded_word(text: str, script: Script) -> str:
    """Text for a header, as RFC 2047 words of the script's charset, folded; plain ASCII stays."""
    if text.isascii():
        return text
    pieces = [text[start : start + 10] for start in range(0, len(text), 10)]
    words = (f"=?{script.charset}?B?{_base64(piece.encode(script.codec))}?=" for piece in pieces)
    return f"{CRLF} ".join(words)


def mailbox(name: str, address: str, script: Script) -> str:
    """A name with its address, for From and To."""
    return f"{encoded_word(name, script)} <{address}>"


def date_header(moment: datetime, *, hours_east: int) -> str:
    """The moment as a Date header, in that zone."""
    return format_datetime(moment.astimezone(timezone(timedelta(hours=hours_east))))


def plain_part(paragraphs: Sequence[str], script: Script, *, encoding: str) -> bytes:
    """A text/plain part with its headers."""
    return _text_part("plain", CRLF.join(paragraphs), script, encoding=encoding)


def html_part(paragraphs: Sequence[str], script: Script, *, encoding: str, nasty: bool) -> bytes:
    """A text/html part with its headers; a nasty one carries what must never reach a browser."""
    tail = (
        '<script>document.title = "taken over"</script>'
        '<img src="http://tracker.example.net/pixel.gif" onerror="document.title = \'taken over\'">'
        if nasty
        else ""
    )
    body = CRLF.join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    page = (
        f"<html><head><style>p {{ color: navy }}</style></head><body>{CRLF}{body}{tail}{CRLF}</body></html>"
    )
    return _text_part("html", page, script, encoding=encoding)


def alternative_part(parts: Sequence[bytes], *, boundary: str) -> bytes:
    """Several forms of the same text."""
    return _multipart("alternative", parts, boundary=boundary)


def mixed_part(parts: Sequence[bytes], *, boundary: str) -> bytes:
    """A text with attachments."""
    return _multipart("mixed", parts, boundary=boundary)


def attachment_part(name: str, content: bytes, script: Script) -> bytes:
    """A file; its name is written as many mail programs do, as an RFC 2047 word inside quotes."""
    head = (
        f'Content-Type: application/pdf; name="{encoded_word(name, script)}"{CRLF}'
        f"Content-Transfer-Encoding: base64{CRLF}"
        f'Content-Disposition: attachment; filename="{encoded_word(name, script)}"{CRLF}{CRLF}'
    )
    return head.encode() + _base64_lines(content)


def bounce_part(*, recipient: str, returned_headers: Sequence[Header], boundary: str) -> bytes:
    """A delivery status notification (RFC 3464) about a recipient that does not exist, with status 5.1.1."""
    explanation = (
        f"Content-Type: text/plain; charset=us-ascii{CRLF}{CRLF}Delivery to {recipient} failed for good."
    )
    status = (
        f"Content-Type: message/delivery-status{CRLF}{CRLF}"
        f"Reporting-MTA: dns; mx.example.net{CRLF}{CRLF}"
        f"Final-Recipient: rfc822; {recipient}{CRLF}"
        f"Action: failed{CRLF}"
        f"Status: 5.1.1{CRLF}"
        f"Diagnostic-Code: smtp; 550 5.1.1 No such user here"
    )
    returned = f"Content-Type: text/rfc822-headers{CRLF}{CRLF}".encode() + written(returned_headers, b"")
    return _multipart(
        "report; report-type=delivery-status",
        [explanation.encode(), status.encode(), returned],
        boundary=boundary,
    )


def _multipart(kind: str, parts: Sequence[bytes], *, boundary: str) -> bytes:
    line = f"{CRLF}--{boundary}".encode()
    head = f'Content-Type: multipart/{kind};{CRLF} boundary="{boundary}"{CRLF}{CRLF}A mail in several parts.'
    return (
        head.encode() + b"".join(line + CRLF.encode() + part for part in parts) + line + f"--{CRLF}".encode()
    )


def _text_part(kind: str, text: str, script: Script, *, encoding: str) -> bytes:
    head = (
        f"Content-Type: text/{kind}; charset={script.charset}{CRLF}"
        f"Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
    )
    raw = text.encode(script.codec)
    if encoding == "base64":
        return head.encode() + _base64_lines(raw)
    if encoding == "quoted-printable":
        return head.encode() + quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return head.encode() + raw


def _base64_lines(content: bytes) -> bytes:
    return CRLF.join(textwrap.wrap(_base64(content), 76)).encode()


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
