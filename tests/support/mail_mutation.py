"""Damages mails: every one of them different, the same ones for the same seed.

A few blows each: bytes flipped, cut out, doubled or swapped, words of the trade put where they do not belong, two
mails grown together, one packed into another. Small mails come up more often than large ones, as in life.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import Final

_SIGNS: Final = (
    b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b'"', b"<", b">", b"(", b")", b";", b",", b":", b"=", b"%", b"@", b"--",
    b"--b1", b"=?", b"?=", b"</", b"<!--", b"-->", b"&#", b"\n> ", b"\n-- \n", b"\xff\xfe", b"\xed\xa0\xbd",
)  # fmt: skip
_FIELDS: Final = tuple(
    b"\r\n" + field
    for field in (
        b"Content-Type: multipart/mixed; boundary=b1\r\n", b"Content-Type: message/rfc822\r\n", b"Subject: ",
        b"Content-Type: text/html\r\n", b"Content-Type: multipart/alternative\r\n", b"--b1\r\n", b"--b1--\r\n",
        b"Content-Type: application/ms-tnef\r\n", b"Content-Type: text/calendar\r\n",
        b"Content-Type: message/delivery-status\r\n", b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n", b"Final-Recipient: rfc822; ", b"Action: failed",
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n",
    )
)  # fmt: skip
_PIECES: Final = (
    b"=?gb2312?B?", b"=?utf-8?Q?", b"; name*0*=gbk''%B1", b"charset=", b"<div class=gmail_quote>", b"<img src=",
    b"<blockquote type=cite>", b"<b>From:</b> x<br>Sent: y<br>Subject: z", b" style='", b"-----BEGIN PGP MESSAGE-----",
    b"BEGIN:VEVENT", b"\xb1\xa8\xbc\xdb", b"&#7;", b"&#xD800;",
)  # fmt: skip
_WORDS: Final = (*_SIGNS, *_FIELDS, *_PIECES)
_CHARSETS: Final = (b"utf-8", b"gbk", b"big5", b"utf-16", b"utf-7", b"hz", b"iso-2022-jp", b"idna", b"x", b"")
_CHARSET = re.compile(rb"(?<=charset=)[\w-]+", re.IGNORECASE)
_LARGE: Final = 50_000
_LONGEST: Final = 300_000

Blow = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutated(mails: Sequence[bytes], *, seed: int) -> Iterator[bytes]:
    """Yield damaged mails without end."""
    random = Random(seed)
    small = [mail for mail in mails if len(mail) < _LARGE]
    while True:
        raw = random.choice(small if random.random() < 0.98 else mails)
        for _ in range(random.randint(1, 8)):
            raw = random.choice(_BLOWS)(random, raw, small)[:_LONGEST]
        yield raw


def some_mutated(mails: Sequence[bytes], *, seed: int, count: int) -> list[bytes]:
    """The first so many damaged mails of a seed."""
    return list(islice(mutated(mails, seed=seed), count))


def _span(random: Random, raw: bytes, longest: int) -> tuple[int, int]:
    start = random.randint(0, len(raw))
    return start, min(len(raw), start + random.randint(1, longest))


def _flip(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(raw)
    for _turn in range(random.randint(1, 20)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(random, raw, random.choice((4, 80, 2000)))
    return raw[:start] + raw[end:]


def _end(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _double(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(random, raw, random.choice((20, 500)))
    return raw[:end] + raw[start:end] * random.choice((1, 1, 3, 100)) + raw[end:]


def _insert(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    for _turn in range(random.randint(1, 4)):
        at = random.randint(0, len(raw))
        raw = raw[:at] + random.choice(_WORDS) * random.choice((1, 1, 1, 50)) + raw[at:]
    return raw


def _swap(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    lines = raw.split(b"\r\n")
    for _turn in range(random.randint(1, 5)):
        one, other = random.randrange(len(lines)), random.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def _graft(random: Random, raw: bytes, mails: Sequence[bytes]) -> bytes:
    start, end = _span(random, other := random.choice(mails), 3000)
    at = random.randint(0, len(raw))
    return raw[:at] + other[start:end] + raw[at:]


def _pack(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    encoding, body = random.choice(((b"7bit", raw), (b"base64", b64encode(raw)), (b"quoted-printable", raw)))
    kind = random.choice((b"message/rfc822", b"text/plain", b"text/html", b"multipart/mixed; boundary=b1"))
    head = b"Subject: packed\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n" % (kind, encoding)
    return head + body


def _relabel(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return _CHARSET.sub(lambda _found: random.choice(_CHARSETS), raw)


def _line_ends(random: Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return raw.replace(b"\r\n", random.choice((b"\n", b"\r", b"\r\r\n", b"\n\r")))


_BLOWS: Final[tuple[Blow, ...]] = (
    _flip, _cut, _end, _double, _insert, _insert, _swap, _graft, _pack, _relabel, _line_ends,
)  # fmt: skip
