"""From the bytes of mails to what can be stored.

Reading is the one place where a stranger's bytes meet much code. Whoever implements this bounds the time and the
memory that one mail may take, and answers for every mail: nothing that a mail holds may stop those behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.ledger import NewMessage
from mycrm_mail_fetcher.ports.mailbox import MailHead


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedMail:
    """A mail as it came: its head, and either some sections of it or its bytes.

    `truncated` says that only the beginning of the bytes was fetched.
    """

    head: MailHead
    raw: bytes = b""
    sections: Mapping[str, bytes] | None = None
    truncated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """Why a mail could not be read: an error code, and words for people."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeWanted:
    """The sections do not make a mail, contrary to what the server had said: its bytes are wanted."""

    reason: str


Outcome = NewMessage | Unreadable | WholeWanted


class MailReader(Protocol):
    """Reads mails, however odd."""

    async def get_ready(self) -> None:
        """Begin with what has to be done before the first mail can be read; faults are told by `read`."""
        ...

    async def read(self, mails: Sequence[FetchedMail], *, ours: Ours) -> list[Outcome]:
        """What became of each mail, in their order."""
        ...
