"""Subject and sender of a mail that could not be read, as far as its first bytes give them away.

Such bytes are odd by nature, and may be hostile. So nothing here raises, whatever they are: they are looked at
once from front to back, a charset is taken from a list of our own (never handed to `codecs`, where `idna` or
`unicode_escape` wait), and the worst outcome is odd text.
"""

import re
from binascii import Error, a2b_base64, a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LOOKED_AT: Final = 32 * 1024
_LONGEST: Final = 4_000
_MOST_SHOWN: Final = 300

_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_FIELD = re.compile(rb"^(subject|from)[ \t]*:(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(rb"=\?([\w.:-]{1,40})(?:\*[\w-]{0,20})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
# What would write over its neighbours, or turn the direction of a line.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_CODECS: Final = {
    "utf8": "utf-8",
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936"), "gb18030"),
    "big5": "big5hkscs",
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252"), "cp1252"),
    **{f"iso8859{number}": f"iso8859_{number}" for number in (2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 15)},
    **{f"windows125{number}": f"cp125{number}" for number in (0, 1, 3, 4, 5, 6, 7)},
    **dict.fromkeys(("shiftjis", "sjis", "cp932"), "cp932"),
    "iso2022jp": "iso2022_jp",
    "eucjp": "euc_jp",
    **dict.fromkeys(("euckr", "ksc56011987", "cp949"), "cp949"),
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailHead:
    """What a mail says of itself, empty where it says nothing."""

    subject: str = ""
    sender: str = ""


def read_head(beginning: bytes) -> MailHead:
    """Return subject and sender from a mail's first bytes, whatever these are."""
    head = beginning[:LOOKED_AT]
    end = _END.search(head)
    lines = (head[: end.start()] if end else head).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: dict[bytes, bytes] = {}
    for field in _FIELD.finditer(lines):
        found.setdefault(field[1].lower(), field[2][:_LONGEST])
    return MailHead(subject=_text(found.get(b"subject", b"")), sender=_text(found.get(b"from", b"")))


def _text(raw: bytes) -> str:
    shown = " ".join(_UNSHOWN.sub(" ", "".join(_pieces(raw))).split())
    return shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 1] + "…"


def _pieces(raw: bytes) -> Iterator[str]:
    """Decode word by word; the bytes of neighbours are joined first, as a character may lie across two of them."""
    charset, joined, end = "", b"", 0
    for word in _WORD.finditer(raw):
        between, label = raw[end : word.start()], word[1].decode("ascii", "replace").lower()
        if between.strip() or label != charset:
            yield _decoded(joined, charset)
            joined = b""
            yield _decoded(between) if between.strip() else ""
        charset, end = label, word.end()
        joined += _bytes(word[2], word[3])
    yield _decoded(joined, charset)
    yield _decoded(raw[end:])


def _bytes(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"Qq":
        return a2b_qp(text, header=True)
    try:
        return a2b_base64(text + b"=" * (-len(text) % 4))
    except Error:
        return b""


def _decoded(raw: bytes, label: str = "") -> str:
    codec = _CODECS.get(re.sub(r"[^a-z0-9]", "", label))
    for candidate in (codec, "utf-8", "gb18030"):
        if candidate is None:
            continue
        try:
            return raw.decode(candidate)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
