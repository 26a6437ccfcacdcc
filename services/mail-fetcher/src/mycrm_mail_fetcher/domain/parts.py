"""The tree of parts that a mail is made of.

This splitter reads what compat32 of the standard library reads, and is held against it by a test; it exists
because that one recurses without limit, takes nine times the mail's size in memory (this one twice, however deep it
is nested) and up to eight times as long on mail with attachments. Each level is one linear search for its boundary
inside the level above, levels and parts are counted, and a part that goes beyond the limits is left as it is: unread,
but never in the way of the rest.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from mycrm_mail_fetcher.domain.charsets import decode_bytes
from mycrm_mail_fetcher.domain.headers import Headers, header_end, parameters, without_lead_in
from mycrm_mail_fetcher.domain.transfer import decode_transfer, decoded_size, estimated_size

MAX_DEPTH: Final = 30
MAX_PARTS: Final = 1000
REPORTS: Final = {"message/delivery-status", "message/global-delivery-status"}
RETURNED_HEADERS: Final = {"text/rfc822-headers", "message/global-headers"}
_LONGEST_NAME: Final = 255
_PEEK: Final = 200
_ENCODED: Final = {"base64", "quoted-printable"}
_TYPE = re.compile(rb"\s*([\w.+-]{1,60}/[\w.+-]{1,100})", re.ASCII)
_WORD = re.compile(rb"\s*([\w-]{1,40})", re.ASCII)
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_LINE_ENDS = re.compile(rb"[\r\n]*+")
_BOUNDARY = re.compile(rb";\s*+boundary\s*+=\s*+(?:\"([^\"]*+)\"|([^;\s]++))", re.IGNORECASE)
_BOUNDARY_LINE = re.compile(rb"^--([^\s-][^\n]{0,80}?)[ \t]*\r?$", re.MULTILINE)


class BytesMissingError(Exception):
    """The bytes of a part are needed that was not fetched; its message names the part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part: what it claims to be, its still encoded bytes, and the parts inside it.

    `cut` says that it ran to the end of what was read without its closing boundary. Where the mail was not read
    whole, `section` is the part's number on the server, `is_missing` says that its bytes were not fetched, and
    `stated_size` is the number of its encoded bytes as the server tells it, unless all of them are here. What holds
    other parts has no bytes of its own; of a mail inside the mail the size is kept.
    """

    headers: Headers
    content_type: str
    type_parameters: Mapping[str, str]
    disposition: str
    name: str
    encoding: str
    body: bytes
    children: tuple["Part", ...] = ()
    cut: bool = False
    section: str = ""
    is_missing: bool = False
    stated_size: int | None = None

    @property
    def maintype(self) -> str:
        """Return the first half of the content type."""
        return self.content_type.partition("/")[0]

    def payload(self, limit: int | None = None) -> bytes:
        """Return the decoded bytes; with a limit, what the first `limit` encoded bytes say."""
        if self.is_missing:
            raise BytesMissingError(self.section)
        return decode_transfer(self.body[:limit], self.encoding)

    def text(self, limit: int) -> str:
        """Return the decoded text of the first `limit` encoded bytes."""
        charset = self.type_parameters.get("charset", "")
        return decode_bytes(self.payload(limit), charset, html=self.content_type == "text/html")

    def size(self) -> int:
        """Return how many bytes the decoded part has, as near as can be told."""
        if self.stated_size is not None:
            return estimated_size(self.stated_size, self.encoding)
        return decoded_size(self.body, self.encoding)

    def walk(self, *, into_messages: bool = True) -> Iterator["Part"]:
        """Yield this part and all inside it; without `into_messages` mails that hang on it stay closed."""
        yield self
        if into_messages or self.content_type != "message/rfc822":
            for child in self.children:
                yield from child.walk(into_messages=into_messages)


@dataclass(frozen=True, slots=True)
class _Span:
    """Where something stands in the bytes; they are copied only where a part needs them."""

    raw: bytes
    start: int
    stop: int

    def all(self) -> bytes:
        return self.raw[self.start : self.stop]

    def first(self, count: int) -> bytes:
        return self.raw[self.start : min(self.stop, self.start + count)]

    def without_last_line_end(self) -> "_Span":
        stop = self.stop
        for sign in b"\n\r":
            if stop > self.start and self.raw[stop - 1] == sign:
                stop -= 1
        return _Span(self.raw, self.start, stop)


@dataclass(slots=True)
class _Budget:
    """How many parts may still be opened."""

    parts: int = MAX_PARTS


def split(raw: bytes) -> Part:
    """Return the tree of a whole mail."""
    raw = without_lead_in(raw)
    return _part(_Span(raw, 0, len(raw)), budget=_Budget(), depth=0, default_type="text/plain", cut=True)


def text_part(text: str, content_type: str) -> Part:
    """Return a part that consists of this text."""
    return Part(
        headers=Headers(()),
        content_type=content_type,
        type_parameters={"charset": "utf-8"},
        disposition="",
        name="",
        encoding="",
        body=text.encode(),
    )


def leaf(headers: Headers, body: bytes, *, default_type: str = "text/plain", cut: bool = False) -> Part:
    """Return the part that these headers describe, still closed."""
    kind = headers.first("content-type")
    type_parameters = parameters(kind)
    disposition = headers.first("content-disposition")
    return Part(
        headers=headers,
        content_type=_content_type(kind, default_type, body),
        type_parameters=type_parameters,
        disposition=first_word(disposition),
        name=file_name(parameters(disposition), type_parameters),
        encoding=first_word(headers.first("content-transfer-encoding")),
        body=body,
        cut=cut,
    )


def _part(span: _Span, *, budget: _Budget, depth: int, default_type: str, cut: bool) -> Part:
    budget.parts -= 1
    end, start = header_end(span.raw, span.start, span.stop)
    body = _Span(span.raw, start, span.stop)
    headers = Headers.parse(span.raw[span.start : end])
    part = leaf(headers, body.first(_PEEK), default_type=default_type, cut=cut)
    if is_container(part) and depth < MAX_DEPTH:
        return _opened(replace(part, body=b""), body, budget=budget, depth=depth)
    return replace(part, body=body.all())


def is_container(part: Part) -> bool:
    """Say whether there are parts inside it, by its type."""
    return part.maintype == "multipart" or part.content_type in {"message/rfc822", "message/global"}


def _opened(part: Part, body: _Span, *, budget: _Budget, depth: int) -> Part:
    """Return the part with its children; without any it is what its body looks like, plain text at worst."""
    if part.maintype == "message":
        mail = _inside(part, body)
        inner = _part(mail, budget=budget, depth=depth + 1, default_type="text/plain", cut=part.cut)
        return replace(
            part, content_type="message/rfc822", children=(inner,), stated_size=body.stop - body.start
        )
    default_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    children = tuple(
        _part(section, budget=budget, depth=depth + 1, default_type=default_type, cut=part.cut and not closed)
        for section, closed in _sections_of(part, body)[: max(budget.parts, 0)]
    )
    if children:
        return replace(part, children=children)
    return replace(part, content_type=_content_type(b"", "text/plain", body.first(_PEEK)), body=body.all())


def _inside(part: Part, body: _Span) -> _Span:
    """Return the mail that lies in this part, decoded where that is needed."""
    if part.encoding in _ENCODED:
        decoded = decode_transfer(body.all(), part.encoding)
        body = _Span(decoded, 0, len(decoded))
    first = _LINE_ENDS.match(body.raw, body.start, body.stop)
    return _Span(body.raw, first.end() if first else body.start, body.stop)


def _sections_of(part: Part, body: _Span) -> list[tuple[_Span, bool]]:
    sections = _sections(body, _boundary(part, body))
    if sections or part.encoding not in _ENCODED:
        return sections
    # RFC 2045 forbids to encode a container; some do it all the same, others (163.com) only say so.
    decoded = decode_transfer(body.all(), part.encoding)
    inside = _Span(decoded, 0, len(decoded))
    return _sections(inside, _boundary(part, inside))


def _content_type(kind: bytes, default: str, body: bytes) -> str:
    found = _TYPE.match(kind)
    if found:
        return found[1].decode("ascii").lower()
    return "text/html" if default == "text/plain" and _PAGE.match(body, 0, 200) else default


def first_word(value: bytes) -> str:
    """Return the word that a disposition or an encoding begins with, in lower case."""
    found = _WORD.match(value) if value else None
    return found[1].decode("ascii").lower() if found else ""


def file_name(disposition_parameters: Mapping[str, str], type_parameters: Mapping[str, str]) -> str:
    """Return the part's file name, without any path."""
    name = disposition_parameters.get("filename") or type_parameters.get("name", "")
    return re.split(r"[/\\]", name)[-1].strip()[:_LONGEST_NAME] if name else ""


def _boundary(part: Part, body: _Span) -> bytes:
    """Return the line that separates the parts: as declared, else the first that looks like one."""
    declared = _BOUNDARY.search(part.headers.first("content-type"))
    if declared:
        return (declared[1] if declared[1] is not None else declared[2]).rstrip()
    found = _BOUNDARY_LINE.search(body.raw, body.start, min(body.stop, body.start + 4096))
    return found[1] if found else b""


def _sections(body: _Span, boundary: bytes) -> list[tuple[_Span, bool]]:
    """Return what stands between the boundary lines, and whether a boundary line followed it."""
    if not boundary:
        return []
    marker, sections, start = b"--" + boundary, list[tuple[_Span, bool]](), -1
    at = body.raw.find(marker, body.start, body.stop)
    while at >= 0:
        rest = _rest_of_boundary_line(body, at, len(marker))
        if rest is not None:
            if start >= 0:
                sections.append((_Span(body.raw, start, at).without_last_line_end(), True))
            if rest[0] == b"--":
                return sections
            start = rest[1]
        at = body.raw.find(marker, at + len(marker), body.stop)
    if start >= 0:
        sections.append((_Span(body.raw, start, body.stop), False))
    return sections


def _rest_of_boundary_line(body: _Span, at: int, length: int) -> tuple[bytes, int] | None:
    """Return what follows the boundary in its line and where the next line begins; None if it is no such line."""
    if at > body.start and body.raw[at - 1] != ord("\n"):
        return None
    end = body.raw.find(b"\n", at, body.stop)
    end = body.stop if end < 0 else end + 1
    rest = body.raw[at + length : end].strip()
    return (rest, end) if rest in {b"", b"--"} else None
