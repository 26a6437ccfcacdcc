"""The tree of a mail: like compat32 where the mail is sound, calm where it is not."""

import email
from email import base64mime
from email.message import Message
from time import perf_counter
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.parts import MAX_DEPTH, MAX_PARTS, Part, split
from tests.unit.mail_fetcher.domain.letters import a_mail, a_multipart, a_part, parts

Tree = tuple[str, bytes | list["Tree"]]

leaves = st.tuples(
    st.sampled_from(["text/plain", "text/html", "application/pdf"]),
    st.sampled_from(["7bit", "base64", "quoted-printable"]),
    st.binary(max_size=120),
)


def ours(part: Part) -> Tree:
    if part.children:
        return part.content_type, [ours(child) for child in part.children]
    return part.content_type, part.payload()


def theirs(message: Message) -> Tree:
    children = message.get_payload()
    if isinstance(children, list):
        return message.get_content_type(), [theirs(child) for child in children if isinstance(child, Message)]
    payload = message.get_payload(decode=True)
    return message.get_content_type(), payload if isinstance(payload, bytes) else b""


def encoded(leaf: tuple[str, str, bytes]) -> bytes:
    content_type, encoding, raw = leaf
    message = Message()
    message["Content-Type"] = content_type
    if encoding == "7bit":
        # Line ends and boundaries are the tests' own business.
        raw = raw.hex().encode()
        message.set_payload(raw.decode())
    else:
        message["Content-Transfer-Encoding"] = encoding
        message.set_payload(raw.hex() if encoding == "quoted-printable" else base64mime.body_encode(raw))
    return message.as_bytes()


def wrapped(sections: list[bytes]) -> bytes:
    boundary = f"b{crc32(b''.join(sections)):x}"
    return a_multipart("mixed", *sections, boundary=boundary)


@given(
    st.recursive(
        leaves.map(encoded), lambda inner: st.lists(inner, min_size=1, max_size=4).map(wrapped), max_leaves=8
    )
)
def test_sound_mail_has_the_same_parts_as_the_standard_library_finds(raw: bytes) -> None:
    assert ours(split(raw)) == theirs(email.message_from_bytes(raw))


def kinds(raw: bytes) -> list[str]:
    return [part.content_type for part in split(raw).walk()]


def test_a_missing_end_boundary_loses_nothing() -> None:
    raw = a_multipart("mixed", a_part("text/plain", "one"), a_part("text/plain", "two"), closed=False)
    assert [part.payload().strip() for part in split(raw).children] == [b"one", b"two"]


def test_only_the_part_that_lacks_its_end_is_cut() -> None:
    raw = a_multipart("mixed", a_part("text/plain", "one"), a_part("text/plain", "two"), closed=False)
    assert [part.cut for part in split(raw).children] == [False, True]


def test_a_boundary_that_begins_like_another_is_not_mistaken_for_it() -> None:
    inner = a_multipart("alternative", a_part("text/plain", "in"), boundary="abc-inner")
    raw = a_multipart("mixed", inner, a_part("text/plain", "out"), boundary="abc")
    assert kinds(raw) == ["multipart/mixed", "multipart/alternative", "text/plain", "text/plain"]


def test_a_container_without_a_boundary_is_opened_by_its_first_line() -> None:
    raw = a_mail("Content-Type: multipart/mixed", body=parts("guess", a_part("text/plain", "one")))
    assert kinds(raw) == ["multipart/mixed", "text/plain"]


def test_a_container_whose_boundary_never_comes_is_plain_text() -> None:
    raw = a_mail("Content-Type: multipart/mixed; boundary=x", body="just words")
    assert kinds(raw) == ["text/plain"]
    assert split(raw).payload() == b"just words"


@pytest.mark.parametrize("really", [True, False])
def test_an_encoding_on_a_container_is_undone_only_if_it_is_there(*, really: bool) -> None:
    body = parts("b1", a_part("text/plain", "one"))
    raw = a_mail(
        "Content-Type: multipart/related; boundary=b1",
        "Content-Transfer-Encoding: base64",
        body=base64mime.body_encode(body) if really else body,
    )
    assert kinds(raw) == ["multipart/related", "text/plain"]


def test_text_that_is_called_base64_and_is_not_stays_as_it_is() -> None:
    raw = a_mail("Content-Transfer-Encoding: base64", body="您好，这是一封普通的邮件。")
    assert split(raw).payload().decode() == "您好，这是一封普通的邮件。"


def test_base64_with_rubbish_and_without_padding_is_decoded() -> None:
    raw = a_mail("Content-Transfer-Encoding: base64", body="SGVs\nbG8g*d29y\nbGQ")
    assert split(raw).payload() == b"Hello world"


def test_uuencoded_text_is_decoded() -> None:
    raw = a_mail("Content-Transfer-Encoding: x-uuencode", body="begin 644 a.txt\n%2&5L;&\\\n`\nend\n")
    assert split(raw).payload() == b"Hello"


@pytest.mark.parametrize("first", [b"From MAILER Mon Jan 1\n", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_what_stands_before_the_header_is_passed_over(first: bytes) -> None:
    assert split(first + b"Subject: x\n\nbody").headers.first("subject") == b"x"


def test_a_page_without_a_content_type_is_a_page() -> None:
    assert kinds(a_mail("Subject: x", body="<!DOCTYPE html><html><p>hi")) == ["text/html"]


@pytest.mark.parametrize("value", ["text", "/", "", "text/", ";charset=utf-8", "multipart", "日本"])
def test_a_content_type_that_is_none_means_plain_text(value: str) -> None:
    assert kinds(a_mail(f"Content-Type: {value}", body="x")) == ["text/plain"]


def test_mails_within_mails_are_opened_also_when_encoded() -> None:
    inner = a_mail("Subject: inner", body="deep")
    raw = a_mail("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64",
                 body=base64mime.body_encode(inner))  # fmt: skip
    assert kinds(raw) == ["message/rfc822", "text/plain"]


def test_2000_nested_containers_are_opened_only_so_deep() -> None:
    raw = b"deep"
    for level in range(2000):
        raw = a_multipart("mixed", raw, boundary=f"b{level}")
    started = perf_counter()
    assert len(list(split(raw).walk())) <= MAX_DEPTH + 1
    assert perf_counter() - started < 5


def test_2000_nested_mails_are_opened_only_so_deep() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 2000 + b"Subject: x\r\n\r\ndeep"
    assert len(list(split(raw).walk())) <= MAX_DEPTH + 1


def test_100_000_parts_are_opened_only_so_many() -> None:
    raw = a_multipart("mixed", *[b"\r\nx"] * 100_000)
    assert len(list(split(raw).walk())) <= MAX_PARTS + 1


def test_the_size_of_a_file_is_known_without_decoding_it() -> None:
    raw = b"x" * 100_001
    part = split(a_mail("Content-Transfer-Encoding: base64", body=base64mime.body_encode(raw)))
    assert part.size() == len(raw)
