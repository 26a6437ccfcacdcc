"""The mailbox as its ledger tells it."""

from collections.abc import AsyncIterator
from typing import Protocol

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.held_mail import HeldList, HeldMail, HeldPlace
from mycrm_api.domain.mailbox import Mailbox
from mycrm_common.work import Reading, ReadingRoom


class Mailboxes(Protocol):
    """How the mailbox is doing."""

    async def state_of_mailbox(self, reading: Reading, *, is_configured: bool) -> Mailbox:
        """Return the mailbox's state with what became of each folder's mail."""
        ...


class HeldMails(Protocol):
    """Mail that is held back in the present mailbox."""

    async def page(self, reading: Reading, wanted: HeldList) -> Page[HeldMail]:
        """Return one page of the held mails."""
        ...

    async def count(self, reading: Reading, folder_id: int | None = None) -> int:
        """Count the held mails, of all folders or of one."""
        ...

    async def is_held(self, reading: Reading, place: HeldPlace) -> bool:
        """Tell whether that mail is held back."""
        ...

    async def beginning(self, reading: Reading, place: HeldPlace) -> bytes | None:
        """Return what was kept of a held mail, nothing where the server gave nothing; None where it is not held."""
        ...


class MailCopies(Protocol):
    """Whole mails that were copied for a download."""

    async def size(self, reading: Reading, request_id: str) -> int | None:
        """Return how many bytes the copy has, or None where there is none, or none any more."""
        ...

    def pieces(self, reading: ReadingRoom, request_id: str) -> AsyncIterator[bytes]:
        """Yield the copy piece by piece; between two of them nothing is held open."""
        ...
