"""Encoded words (RFC 2047), as they are really written.

Programs split a text into words wherever the line is full, also inside a character; so the bytes of neighbours
with the same charset are joined before they become text. Blanks inside a word, missing padding, a missing end
and unknown charsets are all forgiven: the worst outcome is odd text, never an exception.
"""

import re
from collections.abc import Iterator

from mycrm_mail_fetcher.domain.charsets import decode_bytes
from mycrm_mail_fetcher.domain.transfer import from_base64, from_q

# A word ends at `?=`, before the next word, or where the value ends: so the search never looks at a byte twice.
_WORD = re.compile(
    rb"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bq])\?(.*?)(?:\?=|(?=\s=\?)|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def decode_words(raw: bytes) -> str:
    """Return the text of a header value: encoded words decoded, raw 8-bit bytes sniffed, blanks joined."""
    if b"=?" not in raw:
        return " ".join(decode_bytes(raw).split())
    return " ".join("".join(_pieces(raw)).split())


def _pieces(raw: bytes) -> Iterator[str]:
    charset, joined, end = b"", bytearray(), 0
    for word in _WORD.finditer(raw):
        between = raw[end : word.start()]
        if between.strip() or word[1].lower() != charset:
            yield _text(joined, charset)
            joined.clear()
            # Blanks between two words only fold the line; beside ordinary text they are blanks.
            yield decode_bytes(between) if between.strip() else ""
        charset = word[1].lower()
        joined += from_base64(word[3]) if word[2] in b"bB" else from_q(word[3])
        end = word.end()
    yield _text(joined, charset)
    yield decode_bytes(raw[end:])


def _text(joined: bytearray, charset: bytes) -> str:
    return decode_bytes(bytes(joined), charset.decode("ascii", "replace"))
