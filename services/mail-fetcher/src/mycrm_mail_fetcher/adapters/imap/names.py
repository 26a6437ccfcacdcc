"""Folder names: modified UTF-7 (RFC 3501, section 5.1.3) for the server, Unicode for people.

A name goes back to the server exactly as it came, because some servers write names that no encoder would write.
So its bytes are kept, one character per byte, and decoding serves only reading.
"""

import binascii
import re
from base64 import b64decode, b64encode

_SHIFTED = re.compile(r"&([^-&]*)-")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+|&")


def wire_name(raw: bytes) -> str:
    """The name's bytes as text, one character per byte."""
    return raw.decode("latin-1")


def readable_name(raw: bytes) -> str:
    """The name for people; what cannot be decoded stays as it is."""
    if raw.isascii():
        return decode_name(raw.decode("ascii"))
    for charset in ("utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def decode_name(name: str) -> str:
    """Modified UTF-7 to Unicode; a piece that is not valid stays as it is."""
    return _SHIFTED.sub(_unshift, name)


def encode_name(name: str) -> str:
    """Unicode to modified UTF-7."""
    return _UNPRINTABLE.sub(_shift, name)


def _unshift(match: re.Match[str]) -> str:
    body = match[1].replace(",", "/")
    if not body:
        return "&"
    try:
        return b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return match[0]


def _shift(match: re.Match[str]) -> str:
    if match[0] == "&":
        return "&-"
    body = b64encode(match[0].encode("utf-16-be", "replace")).decode("ascii")
    return f"&{body.rstrip('=').replace('/', ',')}-"
