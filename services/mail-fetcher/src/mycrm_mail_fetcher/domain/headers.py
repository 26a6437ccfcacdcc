"""A header block as it came over the wire: names, raw values, and what single values mean.

Values stay bytes until somebody asks for their meaning, because only the field knows whether it is text, a list
of addresses or a date, and each is decoded at another point.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from mycrm_mail_fetcher.domain.charsets import decode_bytes
from mycrm_mail_fetcher.domain.dates import parse_date
from mycrm_mail_fetcher.domain.words import decode_words

__all__ = [
    "Headers",
    "decode_words",
    "header_end",
    "joined_parameters",
    "message_id",
    "parameters",
    "parse_date",
    "subject_text",
    "without_lead_in",
]

MAX_BLOCK: Final = 256 * 1024
MAX_VALUE: Final = 64 * 1024
_SHORT_BLOCK: Final = 16 * 1024
_SHORT_VALUE: Final = 200
_MAX_PARAMETERS: Final = 16 * 1024
_MAX_SUBJECT: Final = 998
_MAX_ID: Final = 998

_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
# Groups are repeated in (?>...), never possessively: until 3.11.5 Python keeps what a broken-off repetition has taken.
_BLOCK = re.compile(rb"(?:[!-9;-~]++[ \t]*+:[^\n]*+(?:\n|\Z)(?:[ \t][^\n]*+(?:\n|\Z))*)*")
_BLANK_LINE = re.compile(rb"^\r?\n", re.MULTILINE)
_KNOWN_FIELD = re.compile(
    rb"^(?:from|to|cc|date|subject|message-id|mime-version|content-(?:type|transfer-encoding)|received)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_RUBBISH_LINE = re.compile(
    rb"(?![!-9;-~]{1,100}[ \t]*:)[^\n]{0,1000}\n(?:(?:received|from|to|date|subject|message-id|return-path)"
    rb":[^\n]*\n(?>(?:[ \t][^\n]*\n)*)){2}",
    re.IGNORECASE,
)
_FOLD = re.compile(rb"\r?\n[ \t]")
_PARAMETER = re.compile(
    rb";\s*+([^\s=;\"]{1,80})\s*+=\s*+(?:\"((?>(?:[^\"\\]|\\.){0,2000}))\"|([^;]*+))", re.DOTALL
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_SECTION = re.compile(rb"\A([^*]+)(?:\*([0-9]{1,3}))?(\*)?\Z")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_ID = re.compile(rb"<\s*([^<>]+?)\s*>")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one header block in their order; names in lower case, values unfolded."""

    fields: tuple[tuple[str, bytes], ...]
    _by_name: dict[str, list[bytes]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the values by their names, because a mail's are asked for some forty times."""
        by_name: dict[str, list[bytes]] = {}
        for name, value in self.fields:
            by_name.setdefault(name, []).append(value)
        object.__setattr__(self, "_by_name", by_name)

    @staticmethod
    def parse(block: bytes) -> "Headers":
        """Return the fields of the block; lines that are no field are passed over."""
        return _parsed_lately(block) if len(block) < _SHORT_BLOCK else _parsed(block)

    def first(self, name: str) -> bytes:
        """Return the value of the first field of this name, empty if there is none."""
        values = self._by_name.get(name)
        return values[0] if values else b""

    def all(self, name: str) -> tuple[bytes, ...]:
        """Return the values of all fields of this name."""
        return tuple(self._by_name.get(name, ()))

    def has(self, *names: str) -> bool:
        """Say whether a field of one of these names is there."""
        return any(name in self._by_name for name in names)


def _parsed(block: bytes) -> Headers:
    return Headers(
        tuple(
            (_lower(name), _unfolded(value[:MAX_VALUE]).strip())
            for name, value in _FIELD.findall(block[:MAX_BLOCK])
        )
    )


def _unfolded(value: bytes) -> bytes:
    return _FOLD.sub(b" ", value) if b"\n" in value else value


# A window of mails is asked for its keys first, then for what to fetch.
_parsed_lately = lru_cache(maxsize=256)(_parsed)


@lru_cache(maxsize=512)
def _lower(name: bytes) -> str:
    return name.decode("ascii").lower()


def without_lead_in(raw: bytes) -> bytes:
    """Return the mail from its first field on: no blank lines, no byte order mark, no line that is no field."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \0")
    if raw.startswith((b"From ", b">From ")) or _RUBBISH_LINE.match(raw):
        raw = raw.partition(b"\n")[2]
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def header_end(raw: bytes, start: int = 0, stop: int | None = None) -> tuple[int, int]:
    """Return where the header block of the mail or part between these places ends and where its body begins."""
    stop = len(raw) if stop is None else stop
    longest = start + MAX_BLOCK
    block = _BLOCK.match(raw, start, min(stop, longest))
    end = block.end() if block else start
    blank = _BLANK_LINE.match(raw, end, stop)
    if blank:
        return end, blank.end()
    # A line that is no field: a broken header goes on after it, a missing blank line does not.
    later = _BLANK_LINE.search(raw, end, stop) if end > start else None
    if later and (end == longest or _KNOWN_FIELD.search(raw, end, later.start())):
        return later.start(), later.end()
    return end, end


@lru_cache(maxsize=8)  # The text and the key of one mail ask for the same subject.
def subject_text(raw: bytes) -> str:
    """Return a subject as people read it, at most 998 characters."""
    return decode_words(raw)[:_MAX_SUBJECT]


def message_id(raw: bytes) -> str:
    """Return the id between the angle brackets (or what stands there without them), blanks removed."""
    found = _ID.search(raw)
    return "".join(decode_bytes(found[1] if found else raw.strip(b" <>")).split())[:_MAX_ID]


def parameters(value: bytes) -> Mapping[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition; RFC 2231 pieces are joined, then decoded."""
    if b";" not in value:
        return {}
    return _parameters_lately(value) if len(value) < _SHORT_VALUE else _parameters(value)


def _parameters(value: bytes) -> dict[str, str]:
    return joined_parameters(
        (name, _ESCAPED.sub(rb"\1", quoted) if quoted else bare.strip().strip(b'"'))
        for name, quoted, bare in _PARAMETER.findall(value[:_MAX_PARAMETERS])
    )


_parameters_lately = lru_cache(maxsize=256)(_parameters)  # Most parts say one of a few things.


def joined_parameters(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the meaning of names and values that somebody has already taken apart."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, bytes]] = {}
    for name, text in pairs:
        section = _SECTION.match(name)
        if section is None or (section[2] is None and section[3] is None):
            plain.setdefault(name.decode("ascii", "replace").lower(), decode_words(text))
        else:
            number = int(section[2] or 0)
            joined = pieces.setdefault(section[1].decode("ascii", "replace").lower(), {})
            joined[number] = _unquoted(text, starred=bool(section[3]))
    return plain | {name: _extended(joined) for name, joined in pieces.items()}


def _unquoted(text: bytes, *, starred: bool) -> bytes:
    return _PERCENT.sub(lambda hexed: bytes((int(hexed[1], 16),)), text) if starred else text


def _extended(pieces: dict[int, bytes]) -> str:
    joined = b"".join(pieces[number] for number in sorted(pieces))
    charset, first, rest = joined.partition(b"'")
    _, second, text = rest.partition(b"'")
    if not (first and second):
        return decode_bytes(joined)
    return decode_bytes(text, charset.decode("ascii", "replace"))
