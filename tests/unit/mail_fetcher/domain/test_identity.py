"""Copies of one mail have one key, different mails have different ones."""

import pytest

from mycrm_mail_fetcher.domain.identity import header_key
from tests.unit.mail_fetcher.domain.letters import a_mail, read

FIELDS = (
    "From: =?utf-8?B?5byg5LiJ?= <Zhang@example.cn>",
    "To: a@x.example, B <b@x.example>",
    "Cc: c@x.example",
    "Date: Tue, 05 Mar 2024 14:03:22 +0800",
    "Subject: =?utf-8?B?5oql5Lu3?= 2024",
    "Message-ID: <1@example.cn>",
)


def key(*fields: str | bytes, body: str = "Hello") -> bytes:
    raw = a_mail(*fields, body=body)
    return read(raw).content_key


def changed(prefix: str, line: str) -> list[str]:
    return [line if field.startswith(prefix) else field for field in FIELDS]


def test_a_key_has_32_bytes() -> None:
    assert len(key(*FIELDS)) == 32


@pytest.mark.parametrize(
    "copy",
    [
        ["Received: from a by b", "Return-Path: <zhang@example.cn>", *FIELDS, "X-Spam: no"],
        changed("To", "To: B <B@X.example>,\r\n a@x.example"),
        changed("From", "From: zhang@EXAMPLE.CN"),
        changed("Subject", "Subject: =?gbk?B?sai82w==?=\r\n 2024"),
        changed("Date", "Date: Tue, 05 Mar 2024\r\n 14:03:22 +0800"),
        changed("Message-ID", "Message-Id:  <1@example.cn> "),
        [*FIELDS, "Bcc: hidden@x.example"],
        list(reversed(FIELDS)),
    ],
)
def test_the_copy_in_another_folder_has_the_same_key(copy: list[str]) -> None:
    assert key(*copy) == key(*FIELDS)


def test_the_text_does_not_matter_where_there_is_an_id() -> None:
    assert key(*FIELDS, body="footer added by a list") == key(*FIELDS)


@pytest.mark.parametrize(
    ("prefix", "line"),
    [
        ("Message-ID", "Message-ID: <2@example.cn>"),
        ("Message-ID", "Message-ID: <1@EXAMPLE.cn>"),
        ("From", "From: li@example.cn"),
        ("To", "To: a@x.example"),
        ("Cc", "Cc: d@x.example"),
        ("Date", "Date: Tue, 05 Mar 2024 14:03:23 +0800"),
        ("Subject", "Subject: other"),
    ],
)
def test_what_the_author_wrote_differently_is_another_mail(prefix: str, line: str) -> None:
    assert key(*changed(prefix, line)) != key(*FIELDS)


def test_without_an_id_the_text_tells_mails_apart() -> None:
    nameless = [field for field in FIELDS if not field.startswith("Message-ID")]
    assert key(*nameless, body="one") != key(*nameless, body="two")
    assert key(*nameless, body="one") == key("Received: x", *nameless, body="one")


def test_the_pieces_of_a_key_cannot_lean_on_each_other() -> None:
    assert key("Subject: ab", "Date: c") != key("Subject: a", "Date: bc")


@pytest.mark.parametrize("lead_in", [b"From MAILER Tue Mar  5 14:03:22 2024\n", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_what_stands_before_the_header_does_not_matter(lead_in: bytes) -> None:
    raw = a_mail(*FIELDS)
    assert header_key(lead_in + raw) == header_key(raw) is not None


def test_the_key_is_known_from_the_header_alone_where_there_is_an_id() -> None:
    raw = a_mail(*FIELDS, body="Hello")
    header = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert header_key(header) == read(raw).content_key
    assert header_key(a_mail("From: a@x.example")) is None
    assert header_key(a_mail("Message-ID: <>")) is None
