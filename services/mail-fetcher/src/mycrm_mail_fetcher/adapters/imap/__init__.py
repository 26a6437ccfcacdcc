"""IMAP behind MyCRM's port."""

from mycrm_mail_fetcher.adapters.imap.connection import Patience
from mycrm_mail_fetcher.adapters.imap.server import ImapServer

__all__ = ["ImapServer", "Patience"]
