"""Header blocks as they come, whole or broken."""

import pytest

from mycrm_mail_fetcher.domain.headers import Headers, header_end, message_id, parameters, subject_text


def parsed(raw: bytes) -> tuple[dict[str, bytes], bytes]:
    end, start = header_end(raw)
    return dict(Headers.parse(raw[:end]).fields), raw[start:]


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_a_folded_value_is_one_value(line_end: bytes) -> None:
    raw = line_end.join(
        [b"Subject: one", b"\ttwo", b"  three", b"To: a@b.example", b"", b"body", b"", b"more"]
    )
    fields, body = parsed(raw)
    assert fields == {"subject": b"one two  three", "to": b"a@b.example"}
    assert body == line_end.join([b"body", b"", b"more"])


def test_names_are_compared_without_case_and_blanks() -> None:
    assert Headers.parse(b"SUBJECT : x\n").first("subject") == b"x"


def test_a_broken_line_in_the_header_does_not_end_it() -> None:
    fields, body = parsed(b"From: a@b.example\nbroken subject line\nDate: x\n\nbody\n")
    assert fields == {"from": b"a@b.example", "date": b"x"}
    assert body == b"body\n"


def test_without_a_blank_line_the_text_begins_at_the_first_line_that_is_no_field() -> None:
    fields, body = parsed(b"From: a@b.example\nHello you\nsecond line")
    assert fields == {"from": b"a@b.example"}
    assert body == b"Hello you\nsecond line"


def test_a_text_with_a_colon_is_no_header() -> None:
    fields, body = parsed(b"\nNote: this is text\n")
    assert fields == {}
    assert body == b"Note: this is text\n"


def test_a_header_alone_has_no_body() -> None:
    assert parsed(b"Subject: x") == ({"subject": b"x"}, b"")


def test_a_header_of_megabytes_is_read_as_far_as_the_limit() -> None:
    fields, _ = parsed(b"Subject: x\n" + b"X-Pad: " + b"y" * 2_000_000 + b"\n\nbody")
    assert fields["subject"] == b"x"
    assert len(fields.get("x-pad", b"")) <= 64 * 1024


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"<abc@x.example>", "abc@x.example"),
        (b" <AbC@x.example> (comment)", "AbC@x.example"),
        (b"abc@x.example", "abc@x.example"),
        (b"<[x@y.example]>", "[x@y.example]"),
        (b"< abc@x.example >", "abc@x.example"),
        (b"<abc\r\n @x.example>", "abc@x.example"),
        (b"<>", ""),
        (b"", ""),
    ],
)
def test_a_message_id_is_what_stands_in_the_brackets(raw: bytes, expected: str) -> None:
    assert message_id(raw) == expected


def test_a_subject_is_cut_by_characters_not_bytes() -> None:
    assert subject_text("价".encode() * 2000) == "价" * 998


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (b'text/plain; charset="utf-8"', "charset", "utf-8"),
        (b"text/plain; charset=utf-8; x=y", "charset", "utf-8"),
        (b"text/plain;charset = 'utf-8' ", "charset", "'utf-8'"),
        (b'text/plain; charset="no end', "charset", "no end"),
        (b'a/b; name="a;b\\"c.pdf"', "name", 'a;b"c.pdf'),
        (b'a/b; name="=?gbk?B?sai82y5wZGY=?="', "name", "报价.pdf"),
        ('a/b; name="报价.pdf"'.encode("gbk"), "name", "报价.pdf"),
        (b"a/b; filename*=utf-8''%E6%8A%A5%E4%BB%B7.pdf", "filename", "报价.pdf"),
        (b"a/b; filename*0*=gbk''%B1%A8%BC; filename*1*=%DB; filename*2=.pdf", "filename", "报价.pdf"),
        (b"a/b; filename*1=b.pdf; filename*0=a", "filename", "ab.pdf"),
        (b"a/b; name*", "name", ""),
        (b"a/b; =; ;;name", "name", ""),
    ],
)
def test_parameters_are_read_in_every_spelling(value: bytes, name: str, expected: str) -> None:
    assert parameters(value).get(name, "") == expected
