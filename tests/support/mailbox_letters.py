"""Writes the mails of a made mailbox: everyday ones in every script and shape, and one of each oddity."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from random import Random

from tests.support import mail_writing as write
from tests.support.made_mail import MadeMail
from tests.support.mail_texts import PECULIAR, SCRIPTS, SENTENCES, SUBJECTS, MadeCustomer, Script

OWN_ADDRESS = "sales@example.cn"
OWN_NAME = "MyCRM Sales"
ADMIN_NAME = "系统管理员"
ASCII = Script(language="en", charset="us-ascii", codec="ascii")
UTF8 = Script(language="zh", charset="utf-8", codec="utf-8")
HOURS_EAST = {"zh": 8, "tw": 8, "en": 0, "eu": 1}
EUROPE = "客户/欧洲"


class LetterWriter:
    """Gives one mail after the other, the same ones for the same seed."""

    def __init__(self, random: Random, customers: Sequence[MadeCustomer]) -> None:
        """Keeps what each mail is drawn from."""
        self._random = random
        self._customers = customers
        self._numbers = count(1)

    def everyday(self, date: datetime) -> MadeMail:
        """A mail from or to some customer."""
        customer = self._random.choice(self._customers)
        if self._random.random() < 0.6:
            return self.received(customer, date)
        copied = self._random.choice(self._customers) if self._random.random() < 0.1 else None
        return self.sent(customer, date, copied=copied)

    def received(self, customer: MadeCustomer, date: datetime) -> MadeMail:
        """A mail that a customer wrote to us."""
        script = self._script(customer)
        headers = [
            ("Received", f"from mx.example.net by mail.example.cn; {write.date_header(date, hours_east=8)}"),
            ("From", write.mailbox(customer.name, self._any_case(customer.email), script)),
            ("To", f"{OWN_NAME} <{OWN_ADDRESS}>"),
        ]
        europe = customer.language in {"en", "eu"} and self._random.random() < 0.4
        folder = EUROPE if europe else self._random.choices(["INBOX", "Archive"], [85, 15])[0]
        mail = self._letter(headers, script, date=date, hours_east=HOURS_EAST[customer.language])
        return replace(mail, folder=folder, customer_email=customer.email)

    def sent(
        self,
        customer: MadeCustomer,
        date: datetime,
        *,
        copied: MadeCustomer | None = None,
        copy_header: str = "Cc",
    ) -> MadeMail:
        """A mail that we wrote to a customer, perhaps with a copy to another one."""
        script = self._script(customer)
        headers = [
            ("From", f"{OWN_NAME} <{self._any_case(OWN_ADDRESS)}>"),
            ("To", write.mailbox(customer.name, self._any_case(customer.email), script)),
        ]
        if copied:
            headers.append((copy_header, write.mailbox(copied.name, copied.email, UTF8)))
        mail = self._letter(headers, script, date=date, hours_east=8)
        return replace(
            mail,
            kind="sent" if copy_header == "Cc" else "sent with a blind copy",
            folder=self._random.choices(["Sent", "Archive"], [90, 10])[0],
            direction="sendto",
            customer_email=customer.email,
            also_to=(copied.email,) if copied else (),
        )

    def to_oneself(self, date: datetime) -> tuple[MadeMail, MadeMail]:
        """A note to ourselves: in Sent as written, in INBOX as it came back, with one more header."""
        headers = [("From", f"{OWN_NAME} <{OWN_ADDRESS}>"), ("To", OWN_ADDRESS)]
        mail = self._letter(headers, UTF8, date=date, hours_east=8)
        mail = replace(mail, kind="to oneself", folder="Sent", direction="sendto", customer_email=OWN_ADDRESS)
        trace = b"Received: from mail.example.cn by mail.example.cn; Mon, 2 Mar 2026 08:00:00 +0800\r\n"
        return mail, replace(mail, folder="INBOX", raw_bytes=trace + mail.raw_bytes)

    def bounce(self, customer: MadeCustomer, date: datetime) -> MadeMail:
        """The answer of a server that does not know the customer's mailbox."""
        number, subject = next(self._numbers), "Undelivered Mail Returned to Sender"
        message_id = f"<bounce.{number}@mx.example.net>"
        headers = [
            ("From", "Mail Delivery System <MAILER-DAEMON@mx.example.net>"),
            ("To", OWN_ADDRESS),
            ("Auto-Submitted", "auto-replied"),
            *_dated(subject, message_id, date, ASCII, hours_east=0),
        ]
        returned = [("From", OWN_ADDRESS), ("To", customer.email), ("Subject", f"Quotation {number}")]
        part = write.bounce_part(
            recipient=customer.email, returned_headers=returned, boundary=f"bounce-{number}"
        )
        return MadeMail(
            kind="bounce",
            folder="INBOX",
            raw_bytes=write.written(headers, part),
            internal_date=date,
            direction="system",
            customer_email=customer.email,
            subject=subject,
            text=f"Delivery to {customer.email} failed for good.",
            message_id=message_id,
        )

    def notice(self, date: datetime) -> MadeMail:
        """A mail under the administrator's display name, which is a notice of the system."""
        headers = [
            ("From", write.mailbox(ADMIN_NAME, "postmaster@example.cn", UTF8)),
            ("To", OWN_ADDRESS),
        ]
        mail = self._letter(headers, UTF8, date=date, hours_east=8)
        return replace(mail, kind="notice", direction="system")

    def without_date(self, customer: MadeCustomer, date: datetime) -> MadeMail:
        """A mail whose only date is the server's."""
        mail = self.received(customer, date)
        lines = [line for line in mail.raw_bytes.split(b"\r\n") if not line.startswith(b"Date: ")]
        return replace(mail, kind="without date", folder="INBOX", raw_bytes=b"\r\n".join(lines))

    def with_broken_headers(self, customer: MadeCustomer, date: datetime) -> MadeMail:
        """A mail whose sender is clear and whose other headers break careless parsers."""
        number, subject = next(self._numbers), "Broken but readable"
        message_id = f"<[{number}@crm]>"
        text = f"This mail is number {number}."
        headers = [
            ("From", f"{customer.name.encode('ascii', 'replace').decode()} <{customer.email}>"),
            ("To", '"sales <sales@example.cn>'),
            ("Cc", "(nobody):, <@>"),
            *_dated(subject, message_id, date, ASCII, hours_east=0),
            ("Content-Type", 'text/plain; charset="no-such-charset; name*'),
        ]
        return MadeMail(
            kind="broken headers",
            folder="INBOX",
            raw_bytes=write.written(headers, f"\r\n{text}\r\n".encode()),
            internal_date=date,
            direction="receive",
            customer_email=customer.email,
            subject=subject,
            text=text,
            message_id=message_id,
        )

    def _letter(
        self, headers: list[write.Header], script: Script, *, date: datetime, hours_east: int
    ) -> MadeMail:
        reference = f"PO-{next(self._numbers):05d}"
        subject = self._random.choice(SUBJECTS[script.language]).format(reference)
        message_id = f"<{reference}.{self._random.getrandbits(40):x}@mail.example.cn>"
        sentences = self._random.sample(SENTENCES[script.language], self._random.randint(1, 3))
        paragraphs = [f"[{reference}]", *sentences, PECULIAR[script.charset]]
        every = [*headers, *_dated(subject, message_id, date, script, hours_east=hours_east)]
        return MadeMail(
            kind="received",
            folder="INBOX",
            raw_bytes=write.written(every, self._body(paragraphs, script, reference=reference)),
            internal_date=date,
            direction="receive",
            customer_email="",
            subject=subject,
            text="\n".join(paragraphs),
            message_id=message_id,
        )

    def _body(self, paragraphs: list[str], script: Script, *, reference: str) -> bytes:
        encoding = self._random.choice(["base64", "quoted-printable", "8bit"])
        plain = write.plain_part(paragraphs, script, encoding=encoding)
        html = write.html_part(paragraphs, script, encoding=encoding, nasty=self._random.random() < 0.3)
        shape = self._random.choice(["plain", "html", "alternative", "attachment"])
        if shape in {"plain", "html"}:
            return plain if shape == "plain" else html
        alternative = write.alternative_part([plain, html], boundary=f"alternative-{reference}")
        if shape == "alternative":
            return alternative
        name = "报价单.pdf" if script.language == "zh" else "quotation.pdf"
        file = write.attachment_part(name, self._random.randbytes(2000), script)
        return write.mixed_part([alternative, file], boundary=f"mixed-{reference}")

    def _script(self, customer: MadeCustomer) -> Script:
        return self._random.choice([script for script in SCRIPTS if script.language == customer.language])

    def _any_case(self, address: str) -> str:
        return address.upper() if self._random.random() < 0.1 else address


def _dated(
    subject: str, message_id: str, date: datetime, script: Script, *, hours_east: int
) -> list[write.Header]:
    return [
        ("Subject", write.encoded_word(subject, script)),
        ("Date", write.date_header(date, hours_east=hours_east)),
        ("Message-ID", message_id),
        ("MIME-Version", "1.0"),
    ]
