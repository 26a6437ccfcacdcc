"""From the encodings of transport (base64, quoted-printable, uuencode) back to bytes; nothing here raises."""

import binascii
import re
from typing import Final

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOISE: Final = bytes(set(range(256)) - set(_ALPHABET) - set(b"="))
_EXPECTED: Final = _ALPHABET + b"=\r\n\t "
_SAMPLE: Final = 4096
_BASE64_LINE: Final = 78
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]*\n", re.MULTILINE)


def from_base64(data: bytes) -> bytes:
    """Return what the letters before the first padding say; foreign bytes are skipped, padding is mended."""
    letters = data.translate(None, _NOISE).partition(b"=")[0]
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def from_q(data: bytes) -> bytes:
    """Return what a Q encoded word says."""
    return binascii.a2b_qp(data.rstrip(b" \t\r\n"), header=True)


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """Return the body as it was before transport; an encoding that the body does not have is not undone."""
    match encoding:
        case "base64":
            return from_base64(body) if _looks_like_base64(body) else body
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _from_uuencode(body)
        case _:
            return body


def decoded_size(body: bytes, encoding: str) -> int:
    """Return how many bytes the body stands for, without decoding a large one."""
    if encoding != "base64":
        return (
            len(body) if encoding in {"", "7bit", "8bit", "binary"} else len(decode_transfer(body, encoding))
        )
    letters = len(body) - sum(body.count(blank) for blank in (b"\r", b"\n", b"=", b" "))
    return letters * 3 // 4


def estimated_size(encoded: int, encoding: str) -> int:
    """Return how many bytes so many encoded ones stand for, lines of 76 letters assumed."""
    if encoding != "base64":
        return encoded
    ends = encoded // _BASE64_LINE * 2
    return (encoded - ends) // 4 * 3


def _looks_like_base64(body: bytes) -> bool:
    sample = body[:_SAMPLE]
    return len(sample.translate(None, _EXPECTED)) * 20 <= len(sample)


def _from_uuencode(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    if begin is None:
        return body
    decoded = bytearray()
    for line in body[begin.end() :].splitlines():
        if line.strip() in {b"end", b"`"}:
            break
        decoded += _uu_line(line)
    return bytes(decoded)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders leave rubbish behind the length that the first character promises.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
