"""Made-up mail between the team and its customers, the same for the same seed: a year of it, most of it lately.

The letters are real mails, as a server would give them, so that they are read, cleaned and stored as any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from random import Random

from mycrm_embedded.demo.people import Person

TEAM = "sales@mycrm.example"
_LONGEST_DAYS = 300
_SILENT, _WITH_PAGE = 0.12, 0.3
_SUBJECTS = {
    True: ("询价：{count} 件产品", "样品已收到", "关于交货期", "报价单", "展会见面"),
    False: (
        "Inquiry about {count} pieces",
        "Samples received",
        "Delivery date",
        "Quotation",
        "Meeting at the fair",
    ),
}
_ASKS = {
    True: (
        "您好，\n\n请给我们报 {count} 件的价格和交货期。\n\n谢谢！",
        "您好，\n\n样品已经收到，质量很好，想先订 {count} 件。",
    ),
    False: (
        "Hello,\n\nplease send us your price and delivery time for {count} pieces.\n\nBest regards",
        "Hello,\n\nthe samples arrived and we like them. We would order {count} pieces first.",
    ),
}
_ANSWERS = {
    True: (
        "您好，\n\n感谢来信。附上 {count} 件的报价，交货期约 25 天。\n\n祝商祺",
        "您好，\n\n已安排，本周内给您答复。",
    ),
    False: (
        "Hello,\n\nthank you for your letter. Attached is our offer for {count} pieces, delivery in about 25 days.",
        "Hello,\n\nwe are on it and will come back to you this week.",
    ),
}
_NEWS = (
    "<table width='100%'><tr><td bgcolor='#0b6e63'><font color='#ffffff'><b>{company}</b></font></td></tr>"
    "<tr><td><p>{text}</p>"
    "<p><img src='https://images.example/catalogue.png' width='320' height='120' alt='catalogue'></p>"
    "<ul><li>A1 &ndash; {count} pcs</li><li>B7 &ndash; {half} pcs</li></ul></td></tr></table>"
)
_BOUNCE = """From: Mail Delivery System <mailer-daemon@mycrm.example>
To: {team}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <bounce-{email}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=demo"

--=demo
Content-Type: text/plain; charset=utf-8

Your mail could not be delivered to {email}: 550 5.1.1 there is no such mailbox

--=demo
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mycrm.example

Final-Recipient: rfc822; {email}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 there is no such mailbox

--=demo--
"""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail, when it came, and in which folder it lies."""

    raw: bytes
    at: datetime
    folder: str


def made_letters(people: Sequence[Person], chance: Random, *, now: datetime) -> list[Letter]:
    """Return the mail of these customers, the oldest first; a few have none yet, and a few addresses bounce."""
    letters: list[Letter] = []
    for number, person in enumerate(people):
        if chance.random() < _SILENT:
            continue
        for talk in range(chance.choices((1, 2, 3), weights=(60, 30, 10))[0]):
            letters += _conversation(person, f"{number}-{talk}", chance, now=now)
    gone = [person for person in people if person.fields["valid"] == 0] or people[:1]
    letters += [_bounce(person, chance, now=now) for person in gone]
    return sorted(letters, key=lambda letter: letter.at)


def _conversation(person: Person, key: str, chance: Random, *, now: datetime) -> Iterator[Letter]:
    count = chance.randint(2, 60) * 50
    subject = chance.choice(_SUBJECTS[person.is_chinese]).format(count=count)
    at = now - timedelta(days=_LONGEST_DAYS * chance.random() ** 2, minutes=chance.randint(5, 600))
    chain: list[str] = []
    before = ""
    for step in range(chance.choices((1, 2, 3, 4), weights=(30, 35, 20, 15))[0]):
        is_ours = step % 2 == 1
        mail = _mail(person, is_ours=is_ours, at=at, name=f"{key}-{step}")
        mail["Subject"] = subject if step == 0 else f"{'回复' if person.is_chinese else 'Re'}: {subject}"
        if chain:
            mail["In-Reply-To"], mail["References"] = chain[-1], " ".join(chain)
        words = _ANSWERS if is_ours else _ASKS
        text = chance.choice(words[person.is_chinese]).format(count=count)
        mail.set_content(f"{text}\n{before}")
        if step == 0 and chance.random() < _WITH_PAGE:
            page = _NEWS.format(company=person.fields["company"], text=text, count=count, half=count // 2)
            mail.add_alternative(page, subtype="html")
        yield Letter(raw=mail.as_bytes(), at=at, folder="Sent" if is_ours else "INBOX")
        chain.append(str(mail["Message-ID"]))
        before = f"\nOn {at:%Y-%m-%d}, {mail['From']} wrote:\n" + "\n".join(
            f"> {line}" for line in text.splitlines()
        )
        at = min(at + timedelta(hours=chance.randint(2, 90)), now - timedelta(minutes=1))


def _mail(person: Person, *, is_ours: bool, at: datetime, name: str) -> EmailMessage:
    team, customer = formataddr(("Sales 销售部", TEAM)), formataddr((person.name, person.email))
    mail = EmailMessage()
    mail["From"], mail["To"] = (team, customer) if is_ours else (customer, team)
    mail["Date"], mail["Message-ID"] = format_datetime(at), f"<{name}@mycrm.example>"
    return mail


def _bounce(person: Person, chance: Random, *, now: datetime) -> Letter:
    at = now - timedelta(days=30 * chance.random())
    text = _BOUNCE.format(team=TEAM, date=format_datetime(at), email=person.email)
    return Letter(raw=text.encode(), at=at, folder="INBOX")
