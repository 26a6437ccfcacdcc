"""Bytes that are hardly a mail: cut, doubled, swollen, or never meant to be one."""

from base64 import b64encode
from typing import Any

from tests.support.odd_mails.odd_mail import ARRIVED, OddMail, letter, multipart, odd, part, rows, several

TO = "to sales@example.cn"


def _raw(cause: str, raw: bytes, **truth: Any) -> OddMail:
    empty = {
        "subject": "",
        "sender": "",
        "date": ARRIVED,
        "addresses": rows(),
        "text": "",
        "is_answer": False,
    }
    return OddMail(cause=cause, raw_bytes=raw, **{**empty, **truth})


def _before(cause: str, first: bytes) -> OddMail:
    return OddMail(cause=cause, raw_bytes=first + letter(cause))


def _nested(levels: int) -> bytes:
    raw = part("text/plain", "deep")
    for level in range(levels):
        raw = multipart("mixed", raw, boundary=f"b{level}")
    return raw


MAILS = (
    _raw("nothing but line ends", b"\r\n\r\n", is_held=True),
    _raw("nothing but null characters", b"\0" * 100, is_held=True),
    _raw("one letter", b"x", text="x"),
    _raw("text without any header", b"just words\r\nand more", text="just words and more"),
    _raw("a body without a header", b"\r\njust words", text="just words"),
    _raw("a header without a body", b"Subject: alone\r\n", subject="alone"),
    _raw(
        "a header that was cut",
        b"Subject: alone\r\nFrom: Li <li@cust",
        subject="alone",
        sender="Li",
        addresses=rows("from li@cust"),
        is_answer=True,
    ),
    _raw("a page in place of a mail", b"<html><body><p>Hi</p></body></html>", text="Hi"),
    _raw("a picture in place of a mail", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", text="‰PNG IHDR"),
    _before(
        "a line of a mailbox file before the header", b"From li@customer.example Mon Mar  2 06:03:22 2026\r\n"
    ),
    _before("a byte order mark before the header", b"\xef\xbb\xbf"),
    _before("blank lines before the header", b"\r\n\r\n"),
    odd("line feeds alone", line_end=b"\n"),
    odd("carriage returns alone", line_end=b"\r"),
    odd(
        "a line without a colon in the header",
        "this is no field",
        "Cc: c@x.example",
        addresses=rows("from li@customer.example", TO, "cc c@x.example"),
    ),
    odd(
        "a field with a blank in its name",
        "X Y: z",
        "Cc: c@x.example",
        addresses=rows("from li@customer.example", TO, "cc c@x.example"),
    ),
    _before("a continued line as the first one", b" continued\r\n"),
    OddMail(
        cause="the blank line behind the header is missing",
        raw_bytes=letter("the blank line behind the header is missing").replace(b"\r\n\r\n", b"\r\n"),
    ),
    odd("a header of 1,000 fields", *[f"X-{n}: {n}" for n in range(1000)]),
    odd("a field of 300,000 letters", "X-Long: " + "x" * 300_000),
    odd("a field name of 500 letters", "X" * 500 + ": y"),
    odd(
        "a multipart that was cut in its file",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b1",
        body=several(
            part("text/plain", "The text"),
            part(
                "application/pdf; name=a.pdf",
                b64encode(b"%PDF" * 50)[:-9],
                "Content-Transfer-Encoding: base64",
            ),
            closed=False,
        ),
        attachments=("a.pdf",),
    ),
    odd(
        "a multipart that was cut in its header",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b1",
        body=b"--b1\r\nContent-Type: text/plain\r\n\r\nThe text\r\n--b1\r\nContent-Ty",
        text="The text Content-Ty",
    ),
    odd(
        "2,000 multiparts in each other",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=outer",
        body=several(_nested(2000), boundary="outer"),
        text="",
    ),
    odd(
        "500 mails in each other",
        "Content-Type: message/rfc822",
        body=b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"Subject: deep\r\n\r\ndeep",
        text="",
        attachments=("message.eml",),
    ),
    odd(
        "2,000 parts beside each other",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b1",
        body=several(part("text/plain", "first"), *[b"\r\n"] * 2000),
        text="first",
    ),
    odd(
        "a part that is its own boundary",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b1",
        body="--b1\n--b1\n--b1--",
        text="",
    ),
    odd("parameters without values", "Content-Type: text/plain; charset; format=; name*", body="The text"),
    odd(
        "a parameter in a thousand pieces",
        "Content-Type: application/pdf;" + ";".join(f"\r\n name*{n}=x" for n in range(100)),
        text="",
        attachments=("x" * 100,),
    ),
    odd(
        "a file name that climbs out of its folder",
        "Content-Type: application/pdf",
        'Content-Disposition: attachment; filename="../../etc/passwd"',
        text="",
        attachments=("passwd",),
    ),
    odd(
        "a file name in another charset (RFC 2231)",
        "Content-Type: application/pdf",
        "Content-Disposition: attachment; filename*=gbk''%B1%A8%BC%DB.pdf",
        text="",
        attachments=("报价.pdf",),
    ),
    odd(
        "a file name in words",
        'Content-Type: application/pdf; name="=?gbk?B?sai82y5wZGY=?="',
        text="",
        attachments=("报价.pdf",),
    ),
)
