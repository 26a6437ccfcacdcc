"""Whatever arrives is read: damaged, hostile, enormous."""

from base64 import b64encode
from email import base64mime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.domain.plain import text_of
from tests.unit.mail_fetcher.domain.letters import a_mail, a_multipart, a_part, read

PLAIN = a_part("text/plain; charset=utf-8", "纯文本")
HTML = a_part("text/html; charset=utf-8", "<p>网页</p>")
PDF = a_part(
    'application/pdf; name="=?gbk?B?sai82y5wZGY=?="', b64encode(b"%PDF").decode(),
    "Content-Transfer-Encoding: base64", "Content-Disposition: attachment",
)  # fmt: skip


SAMPLE = b"\r\n".join(
    (
        b"From: =?gb2312?B?1cXI/Q==?= <zhang@example.cn>",
        b'To: "Li, Si" <li@example.com>, (x) b@example.com;',
        b"Subject: =?utf-8?Q?=E6=8A=A5=E4=BB=B7?= =?gbk?B?sai82w==?=",
        b"Date: Tue, 05 Mar 2024 14:03:22 +0800 (CST)",
        b"Message-ID: <1@example.cn>",
        a_multipart(
            "mixed",
            a_multipart("alternative", PLAIN, HTML, boundary="b2"),
            PDF,
            a_multipart(
                "report",
                a_part(
                    "message/delivery-status",
                    "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed",
                ),
                a_part("message/rfc822", a_mail("Subject: inner", body="x")),
                boundary="b3",
            ),
            a_part("text/calendar", "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n"),
        ),
    )
)


@pytest.mark.parametrize("raw", [b"", b" \r\n\t", b"\0\0\0"])
def test_only_nothing_at_all_is_unreadable(raw: bytes) -> None:
    with pytest.raises(MyCRMError) as refused:
        read(raw)
    assert (refused.value.code, refused.value.kind) == ("mail_unreadable", Kind.INVALID)


@pytest.mark.parametrize(
    "field",
    [
        "Message-ID: <[x@y]>", 'To: "', "To: (c):", "Content-Type: text/plain; name*", "From: @", "From: <",
        "Content-Type: text/plain; charset=\0", "Content-Type: text/plain; charset==?", "Content-Type: multipart/;",
        "Content-Type: text/plain; charset*=x'y'%", "Content-Disposition: ;;;=", "Date: +9900",
        "Content-Transfer-Encoding: \xff", "Subject: =?gb2312?B?/////?=", "Content-Type: text/plain; x*99999=1",
        'Content-Type: multipart/mixed; boundary=""', "Content-Type: multipart/mixed; boundary= ",
    ],
)  # fmt: skip
def test_headers_that_break_other_readers_are_read(field: str) -> None:
    assert text_of(read(a_mail(field, "X-Other: y", body="the text")).html) == "the text"


@given(st.binary(min_size=1, max_size=600).filter(lambda raw: raw.strip(b"\r\n\t \0") != b""))
def test_any_bytes_are_read(raw: bytes) -> None:
    mail = read(raw)
    assert len(mail.text_digest) == 32
    (mail.subject + mail.html + mail.sender.name + mail.sender.email).encode()


@given(st.data())
def test_a_mail_with_damage_anywhere_is_read(data: st.DataObject) -> None:
    raw = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "double", "insert"])):
            case "flip":
                raw[at] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 60))]
            case "double":
                raw[at:at] = raw[at : at + data.draw(st.integers(1, 200))]
            case _:
                raw[at:at] = data.draw(
                    st.sampled_from([b"\r\n", b"--b1\r\n", b"=?gbk?B?", b'"', b"<", b"\0", b"%"])
                )
        raw = raw or bytearray(b"x")
    if raw.strip(b"\r\n\t \0"):
        mail = read(bytes(raw))
        (mail.subject + mail.html + repr(mail.recipients) + repr(mail.attachments)).encode()


def test_2000_nested_parts_are_read_in_time() -> None:
    raw = a_part("text/plain", "deep")
    for level in range(2000):
        raw = a_multipart("mixed", raw, boundary=f"b{level}")
    started = perf_counter()
    assert read(raw).html == ""
    assert perf_counter() - started < 5


@pytest.mark.timeout(30)
def test_a_large_mail_is_read_in_time() -> None:
    file = a_part("application/zip", base64mime.body_encode(b"z" * 20_000_000),
                  "Content-Transfer-Encoding: base64", 'Content-Disposition: attachment; filename="z.zip"')  # fmt: skip
    mail = read(a_multipart("mixed", PLAIN, file))
    assert (text_of(mail.html), mail.attachments[0].size) == ("纯文本", 20_000_000)
