"""The text inside winmail.dat, Outlook's package for mail that it sends to other Outlooks.

A package is a row of attributes, each with its length; one of them is a row of properties in turn (MS-OXTNEF). The
text is taken where it stands as text or as a page; the files inside stay where they are. Text that is only there as
compressed RTF is not read. A package may be cut or broken anywhere: what was read until there counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mycrm_mail_fetcher.domain.charsets import decode_bytes

_SIGNATURE: Final = 0x223E9F78
_HEAD: Final = 6
_OF_MESSAGE: Final = 1
_CODE_PAGE: Final = 0x00069007
_BODY: Final = 0x0002800C
_PROPERTIES: Final = 0x00069003
_PLAIN: Final = 0x1000
_PAGE: Final = 0x1013
_UNICODE: Final = 0x1F
_VARIABLE: Final = {0x0D, 0x1E, _UNICODE, 0x102}
_FIXED: Final = {0x01: 0, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_SEVERAL: Final = 0x1000
_FIRST_NAMED: Final = 0x8000
_MOST: Final = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageText:
    """What a package says, as a page or as plain text; both may be empty."""

    page: str = ""
    plain: str = ""


class _Bytes:
    """Bytes that are taken from the front; taking more than there are raises EOFError."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.raw):
            raise EOFError
        self.at += count
        return self.raw[self.at - count : self.at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")


def read_package(raw: bytes) -> PackageText:
    """Return the text of the package, nothing where it is none."""
    source = _Bytes(raw)
    if len(raw) < _HEAD or source.number(4) != _SIGNATURE:
        return PackageText()
    source.take(2)
    code_page, page, plain = "", b"", b""
    wide = False
    for name, value in _attributes(source):
        if name == _CODE_PAGE:
            code_page = f"cp{int.from_bytes(value[:4], 'little')}"
        elif name == _BODY:
            plain = plain or value
        elif name == _PROPERTIES:
            for kind, tag, content in _properties(_Bytes(value)):
                if tag == _PAGE:
                    page = page or content
                elif tag == _PLAIN:
                    plain, wide = content, kind == _UNICODE
    return PackageText(
        page=decode_bytes(page.rstrip(b"\0"), code_page, html=True),
        plain=decode_bytes(plain if wide else plain.rstrip(b"\0"), "utf-16-le" if wide else code_page),
    )


def _attributes(source: _Bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the attributes of the message, up to those of its files."""
    try:
        while source.number(1) == _OF_MESSAGE:
            name, length = source.number(4), source.number(4)
            # What was cut off is worth its beginning: the text may stand there.
            left = len(source.raw) - source.at
            yield name, source.take(min(length, left))
            source.take(2)
    except EOFError:
        return


def _properties(source: _Bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield type, tag and first value of each property."""
    try:
        for _ in range(min(source.number(4), _MOST)):
            kind, tag = source.number(2), source.number(2)
            if tag >= _FIRST_NAMED:
                _pass_name(source)
            yield kind, tag, _value(source, kind)
    except EOFError:
        return


def _pass_name(source: _Bytes) -> None:
    source.take(16)
    if source.number(4) == 0:
        source.take(4)
    else:
        _padded(source)


def _value(source: _Bytes, kind: int) -> bytes:
    single = kind & ~_SEVERAL
    count = source.number(4) if single in _VARIABLE or kind & _SEVERAL else 1
    values = [
        _padded(source) if single in _VARIABLE else source.take(_FIXED.get(single, 4))
        for _ in range(min(count, _MOST))
    ]
    return values[0] if values else b""


def _padded(source: _Bytes) -> bytes:
    length = source.number(4)
    value = source.take(length)
    source.take(-length % 4)
    return value
