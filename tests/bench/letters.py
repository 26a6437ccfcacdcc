"""The mailbox of the benchmark: 5,000 mails, most of them text, a part with a page, 15 % with 0.8 MB attachments."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

TEXT, PAGE = 60, 85
ATTACHMENT_BYTES = 800_000
_CHINESE = "您好，附件是最新的报价单，请查收并确认交货时间和付款方式。如有任何问题请随时与我们联系。"
_ENGLISH = "Thank you for your inquiry. Please find our latest quotation and confirm the delivery time. "


@dataclass(frozen=True, kw_only=True)
class BenchMail:
    """One mail for a folder."""

    folder: str
    raw_bytes: bytes
    internal_date: datetime


def bench_mails(count: int, *, newest_at: datetime, seed: int = 1) -> Iterator[BenchMail]:
    """Yield so many mails of the last nine days, made from the seed."""
    random = Random(seed)
    attachment = base64.encodebytes(random.randbytes(ATTACHMENT_BYTES)).replace(b"\n", b"\r\n")
    for number in range(count):
        moment = newest_at - timedelta(seconds=(count - number) * 9 * 86_400 // count)
        yield BenchMail(
            folder="INBOX",
            raw_bytes=_mail(number, random, moment, attachment),
            internal_date=moment,
        )


def _mail(number: int, random: Random, moment: datetime, attachment: bytes) -> bytes:
    is_chinese = number % 2 == 0
    charset = "gb2312" if is_chinese else "utf-8"
    words = _CHINESE * 40 if is_chinese else _ENGLISH * 40
    text = base64.encodebytes(words.encode(charset)).replace(b"\n", b"\r\n")
    subject = base64.b64encode(
        (f"报价 {number}" if is_chinese else f"Quotation {number}").encode(charset)
    ).decode()
    head = (
        f"From: Customer {number % 700} <customer{number % 700}@example.com>\r\n"
        f"To: Sales <sales@example.cn>\r\nSubject: =?{charset}?b?{subject}?=\r\n"
        f"Date: {moment:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <{number}.bench@example.com>\r\n"
        "MIME-Version: 1.0\r\n"
    ).encode("ascii")
    plain = _part(f"text/plain; charset={charset}", text)
    kind = random.randrange(100)
    if kind < TEXT:
        return head + plain
    page = f"<html><body><p style='color:#333'>{words}</p><p><b>Best regards</b></p></body></html>"
    html = _part(
        f"text/html; charset={charset}", base64.encodebytes(page.encode(charset)).replace(b"\n", b"\r\n")
    )
    alternative = _together("alternative", "alt", plain, html)
    if kind < PAGE:
        return head + alternative
    file = _part('application/pdf; name="quotation.pdf"', attachment, disposition="attachment")
    return head + _together("mixed", "mix", alternative, file)


def _part(content_type: str, encoded: bytes, *, disposition: str = "") -> bytes:
    lines = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    if disposition:
        lines += f"Content-Disposition: {disposition}\r\n"
    return lines.encode("ascii") + b"\r\n" + encoded


def _together(kind: str, boundary: str, *parts: bytes) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    body = b"".join(b"--" + boundary.encode("ascii") + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + b"--" + boundary.encode("ascii") + b"--\r\n"
