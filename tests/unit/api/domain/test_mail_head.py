"""Subject and sender of mails that could not be read: odd bytes, and hostile ones."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_api.domain.mail_head import MailHead, read_head


def subject(raw: bytes) -> str:
    return read_head(b"Subject: " + raw + b"\r\n\r\nbody").subject


def word(text: str, charset: str, *, label: str = "") -> bytes:
    return f"=?{label or charset}?B?{base64.b64encode(text.encode(charset)).decode()}?=".encode()


def test_subject_and_sender_are_read_from_the_head_alone() -> None:
    raw = (
        b"Received: x\r\nSUBJECT :\r\n  one\r\n\ttwo\r\n"
        b'From: "Li, Wei" <li@example.com>\r\n\r\nSubject: body\r\n'
    )
    assert read_head(raw) == MailHead(subject="one two", sender='"Li, Wei" <li@example.com>')


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_will_do(end: bytes) -> None:
    raw = end.join([b"From: a@example.com", b"Subject: x", b" y", b"", b"Subject: z"])
    assert read_head(raw) == MailHead(subject="x y", sender="a@example.com")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (word("报价单", "gb2312"), "报价单"),
        (word("報價", "big5"), "報價"),
        (word("見積", "iso-2022-jp"), "見積"),
        (word("Größe", "iso-8859-1"), "Größe"),
        (b"=?utf-8?q?caf=C3=A9_au_lait?=", "café au lait"),
        (b"=?utf-8?B?5oo=?= =?utf-8?B?pQ==?=", "\u62a5"),
        (b"=?utf-8*de?Q?a?= =?utf-8?Q?b?= c", "ab c"),
        ("报价".encode(), "报价"),
        ("报价".encode("gb18030"), "报价"),
        (b"=?x-unknown?B?YWJj?=", "abc"),
        (b"=?idna?Q?xn--a?=", "xn--a"),
        (b"=?unicode_escape?Q?=5Cx41?=", "\\x41"),
        (b"=?utf-8?B?@@@?=", ""),
        (b"=?utf-8?B?YQ?=", "a"),
        (b"=?utf-8?B? without end", "=?utf-8?B? without end"),
        (b"\xff\xfe\x00 a", "\ufffd\ufffd a"),
        (b"a\x00\x1b[31mb", "a [31mb"),
        ("a\u202egpj.exe".encode(), "a gpj.exe"),
    ],
)
def test_words_of_any_making_are_shown_as_well_as_can_be(raw: bytes, text: str) -> None:
    assert subject(raw) == text


def test_an_endless_subject_is_cut() -> None:
    shown = subject(b"x" * 30_000)
    assert (len(shown), shown[-1]) == (300, "…")


def test_a_mail_without_a_head_has_neither() -> None:
    for raw in (b"", b"\r\n\r\n", b"\0" * 100_000, b"subjects: x\nfromage: y\n"):
        assert read_head(raw) == MailHead()


PIECES = st.sampled_from(
    [
        b"Subject:",
        b"From:",
        b"\r",
        b"\n",
        b" ",
        b"=?",
        b"?=",
        b"?B?",
        b"?q?",
        b"utf-8",
        b"gb2312",
        b"iso-2022-jp",
    ]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=60).map(b"".join))
def test_no_bytes_raise_or_make_text_that_cannot_be_sent(raw: bytes) -> None:
    head = read_head(raw)

    shown = head.subject + head.sender
    shown.encode()
    assert "\n" not in shown
    assert "\x00" not in shown
