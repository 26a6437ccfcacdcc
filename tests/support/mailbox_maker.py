"""Mailboxes made from a seed, together with the truth about them.

A test delivers the mails to a real server and compares what the product made of them with the summary
here, never with numbers of its own. All dates lie in the days before `newest_at`, so that a test may take
the real present (the product reads only new mail) or a fixed day.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.support.made_mail import MadeMail, MadeMailbox
from tests.support.mail_texts import made_customers
from tests.support.mailbox_letters import EUROPE, LetterWriter

FOLDERS = ("INBOX", "Sent", EUROPE, "Archive")
SOME_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SMALLEST = 20


def make_mailbox(
    count: int = 500, *, seed: int = 1, newest_at: datetime = SOME_DAY, days: float = 9
) -> MadeMailbox:
    """So many mails in four folders, made from the seed, all within the days before newest_at."""
    if count < SMALLEST:
        raise ValueError(f"a made mailbox has at least {SMALLEST} mails, because it holds one of each oddity")
    random = Random(seed)
    customers = made_customers()
    writer = LetterWriter(random, customers)
    dates = _dates(random, count, newest_at=newest_at, days=days)
    odd = _oddities(writer, random, dates)
    copies = max(2, count // 40)
    everyday = [writer.everyday(date) for date in dates[len(odd) : count - copies]]
    twice = [_copied(mail) for mail in random.sample(everyday, copies)]
    mails = sorted([*odd, *everyday, *twice], key=lambda mail: mail.internal_date)
    return MadeMailbox(mails=tuple(mails), customers=customers)


def _oddities(writer: LetterWriter, random: Random, dates: Sequence[datetime]) -> list[MadeMail]:
    bounced, silent, broken, addressed, blind = random.sample(made_customers(), 5)
    return [
        *writer.to_oneself(dates[0]),
        writer.bounce(bounced, dates[1]),
        writer.notice(dates[2]),
        writer.without_date(silent, dates[3]),
        writer.with_broken_headers(broken, dates[4]),
        writer.sent(addressed, dates[5], copied=blind, copy_header="Bcc"),
    ]


def _copied(mail: MadeMail) -> MadeMail:
    """The same message in another folder, as when somebody files a copy."""
    return replace(mail, folder=EUROPE if mail.folder == "Archive" else "Archive")


def _dates(random: Random, count: int, *, newest_at: datetime, days: float) -> list[datetime]:
    """Different seconds, in no order, so that no two mails compete for being the newest."""
    newest = newest_at.replace(microsecond=0)
    return [newest - timedelta(seconds=ago) for ago in random.sample(range(1, int(days * 86_400)), count)]
