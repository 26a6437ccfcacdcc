"""What it takes to look through a folder."""

from dataclasses import dataclass
from datetime import datetime

from mycrm_common.crash import CrashPoints
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.html import Sanitise
from mycrm_mail_fetcher.ports.ledger import Ledger
from mycrm_mail_fetcher.ports.mailbox import ImapSession


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What holds for all folders in one look: who we are, and from when on mail is read."""

    ours: Ours
    window_from: datetime


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A session, the rules, and where the mail goes."""

    session: ImapSession
    rules: Rules
    ledger: Ledger
    sanitise: Sanitise
    crash: CrashPoints
