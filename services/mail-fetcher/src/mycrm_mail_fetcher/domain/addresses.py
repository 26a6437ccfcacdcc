"""Lists of addresses in From, To, Cc and Bcc.

A list is cut into mailboxes first and decoded afterwards, because an encoded name may hold a comma. People and
programs forget the quotes around names (`张三,经理 <a@b.example>`), separate by `;` or `；`, nest brackets and
leave quotes open: so a piece without an address is taken as the beginning of the next one's name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final

from mycrm_common.keys import email_key
from mycrm_mail_fetcher.domain.mail import Address
from mycrm_mail_fetcher.domain.words import decode_words

__all__ = ["Address", "email_key", "emails_in_text", "parse_addresses"]

_MOST: Final = 1000
_SHORT: Final = 200
_LONGEST_LIST: Final = 64 * 1024
_LONGEST_EMAIL: Final = 320
_LONGEST_NAME: Final = 320

# Quotes and brackets that never close are looked through only so far, or thousands of them would take minutes.
_INSIDE: Final = rb"(?>(?:[^\"\\]|\\.){0,400})"
_TOKEN = re.compile(
    rb"(?P<word>=\?[^?\s]{1,40}\?[bqBQ]\?[^?\s]*+\?=)"
    rb"|(?P<local>\"%(inside)b\"@[^\s<>(),;:\"]++)"
    rb"|\"(?P<quoted>%(inside)b)\""
    rb"|\((?P<comment>(?>(?:[^()\\]|\\.|\([^()]*+\)){0,400}))\)"
    rb"|<(?P<angle>[^<>]*+)>"
    rb"|(?P<mark>[,;:])"
    rb"|(?P<text>[^\"(<,;:=]++|.)" % {b"inside": _INSIDE},
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_APART: Final = r"\s<>(),;:\"'\[\]，；、"
_EMAIL = re.compile(rf"(?<![^{_APART}])[^@\\{_APART}]{{1,128}}@[^@\\{_APART}]{{1,190}}")


@dataclass(slots=True)
class _Piece:
    """What stands between two separators."""

    names: list[bytes] = field(default_factory=list)
    comments: list[bytes] = field(default_factory=list)
    angle: bytes | None = None
    names_nobody: bool = True


def parse_addresses(values: Iterable[bytes]) -> tuple[Address, ...]:
    """Return the mailboxes of these header values, at most 1,000; a name without an address keeps its name."""
    found = (address for value in values for address in _addresses_in(value))
    return tuple(islice(found, _MOST))


def _addresses_in(value: bytes) -> Iterable[Address]:
    return _few(value) if len(value) < _SHORT else _mailboxes_of(value)


@lru_cache(maxsize=1024)  # A mailbox holds the mail of the same few people.
def _few(value: bytes) -> tuple[Address, ...]:
    return tuple(_mailboxes_of(value))


def _mailboxes_of(value: bytes) -> Iterator[Address]:
    piece = _Piece()
    for token in _TOKEN.finditer(value[:_LONGEST_LIST]):
        if token["mark"] is None:
            _add(piece, token)
        elif token["mark"] == b":" and piece.names_nobody:
            piece = _Piece()  # The name of a group, or a `mailto:`.
        elif token["mark"] == b"," and piece.names_nobody and piece.names:
            piece.names.append(b",")
        else:
            yield from _mailboxes(piece)
            piece = _Piece()
    yield from _mailboxes(piece)


def emails_in_text(text: str) -> Iterator[str]:
    """Yield everything in a text that looks like an address."""
    for found in _EMAIL.finditer(text):
        local, _, domain = found[0].rpartition("@")
        yield f"{local}@{domain.rstrip('.>。').lower()}"


def _add(piece: _Piece, token: re.Match[bytes]) -> None:
    bracketed = token["angle"] if token["local"] is None else token["local"]
    if bracketed is not None:
        # After a second bracket the first one was part of the name.
        piece.angle = bracketed if b"@" in bracketed or piece.angle is None else piece.angle
        piece.names_nobody = False
    elif token["comment"] is not None:
        piece.comments.append(token["comment"])
    else:
        quoted = token["quoted"]
        piece.names.append(token[0] if quoted is None else _ESCAPED.sub(rb"\1", quoted))
        piece.names_nobody = piece.names_nobody and b"@" not in token[0]


def _mailboxes(piece: _Piece) -> Iterator[Address]:
    text = b"".join(piece.names)
    if piece.angle is not None:
        email = _bracketed(piece.angle)
        name = _name(text or b" ".join(piece.comments), email)
        if name or email:
            yield Address(name=name, email=email)
        return
    decoded = decode_words(text)
    emails = list(emails_in_text(decoded))
    if len(emails) == 1:
        # A bracket that never closes, or a name that was encoded together with its address.
        before, bracket, _ = decoded.partition("<")
        name = _clean(before, emails[0]) if bracket else _name(b" ".join(piece.comments), emails[0])
        yield Address(name=name, email=emails[0])
    elif emails:
        yield from (Address(name="", email=email) for email in emails)
    elif name := _name(text, ""):
        yield Address(name=name, email="")


def _bracketed(angle: bytes) -> str:
    text = decode_words(angle).removeprefix("mailto:")
    found = next(emails_in_text(text), None)
    if found is not None:
        return found
    # A quoted local part is rare and legal; anything else in brackets is no address.
    text = text.strip()
    bare = text if text.startswith('"') else "".join(text.split())
    return bare if "@" in bare and len(bare) <= _LONGEST_EMAIL else ""


def _name(raw: bytes, email: str) -> str:
    return _clean(decode_words(raw), email)


def _clean(text: str, email: str) -> str:
    name = text.strip(" ,'\"<>\\")[:_LONGEST_NAME]
    return "" if name.lower() == email.lower() else name
