"""What mail-fetcher needs from the world outside: the mailbox, the ledger of what lies in it, and the settings."""

from mycrm_mail_fetcher.ports.mailbox import (
    Doorbell,
    FolderStatus,
    ImapSession,
    MailAccount,
    MailHead,
    MailLine,
    MailServer,
    RemoteFolder,
)

__all__ = [
    "Doorbell",
    "FolderStatus",
    "ImapSession",
    "MailAccount",
    "MailHead",
    "MailLine",
    "MailServer",
    "RemoteFolder",
]
