"""What it takes to look through a folder."""

from dataclasses import dataclass
from datetime import datetime

from mycrm_common.crash import CrashPoints
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.ledger import Ledger
from mycrm_mail_fetcher.ports.mailbox import ImapSession, RemoteFolder
from mycrm_mail_fetcher.ports.reading import MailReader


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What holds for all folders in one look: who we are, from when on mail is read, and from when on it is kept.

    Folders that were last compared at `compare_before` or earlier are held against the ledger again.
    `excluded` are the folders that are not read.
    """

    ours: Ours
    window_from: datetime
    reserved_from: datetime
    compare_before: datetime
    excluded: tuple[RemoteFolder, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A session, the rules, and where the mail goes."""

    session: ImapSession
    rules: Rules
    ledger: Ledger
    mails: MailReader
    crash: CrashPoints
