"""The team's mailbox, in our own words.

The mailbox is only ever read. A session belongs to one owner. Heads, sections and bodies may be asked for at the same
time, which hides the way to a distant server; everything else waits for its turn and goes alone. Whatever a session
raises other than `mailbox_folder_missing` means that it is over: connect again.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from mycrm_mail_fetcher.domain.structure import SectionWish, Structure
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.tokens import Grant


@dataclass(frozen=True, kw_only=True, slots=True)
class MailAccount:
    """Where the team's mailbox is and how to sign in; `ca_file` is one more authority to trust.

    With a grant, tokens stand in for the password.
    """

    host: str
    port: int
    username: str
    password: str = field(default="", repr=False)
    grant: Grant | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFolder:
    """A folder on the server: `name` is for people, `wire_name` (one character per byte) for the server.

    `special_use` is one of all, archive, drafts, flagged, important, junk, sent, trash, or empty.
    """

    name: str
    wire_name: str
    special_use: str
    selectable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderStatus:
    """How a folder stood at one moment; a number that the server does not tell is 0."""

    messages: int
    uid_next: int
    uid_validity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MailHead:
    """What is known of a mail before its text is read: when it came (UTC), its size, its header's bytes.

    `structure` is None where the server's description of the mail is missing or cannot be trusted.
    """

    uid: int
    internal_date: datetime
    size: int
    header: bytes
    structure: Structure | None = None


class ImapSession(Protocol):
    """A signed-in connection to the mailbox."""

    async def folders(self) -> list[RemoteFolder]:
        """Every folder that has a name."""
        ...

    async def status(self, folder: RemoteFolder) -> FolderStatus:
        """How the folder stands now, without opening it."""
        ...

    async def open(self, folder: RemoteFolder) -> FolderStatus:
        """Make this the folder that the methods below read; nothing in it can be changed."""
        ...

    async def uids_since(self, day: date, *, above: int = 0) -> UidSet:
        """UIDs greater than `above` of mail that came on the day or later by the server's calendar.

        Where that calendar is unknown, mail of the day before may be among them.
        """
        ...

    async def uids(self, *, above: int = 0) -> UidSet:
        """Every UID greater than `above` that is in the folder now."""
        ...

    async def drafts(self) -> UidSet:
        """Mail of the open folder that is flagged as a draft."""
        ...

    async def labelled(self, folder: RemoteFolder) -> UidSet:
        """Mail of the open folder that also lies in this one, from a server whose folders are labels."""
        ...

    async def heads(self, uids: Iterable[int]) -> list[MailHead]:
        """The heads of these mails, ascending by UID; what the server does not give is not among them.

        All of them are kept in memory, and a header may take 128 KB: a few hundred at once are enough for speed.
        """
        ...

    async def sections(
        self, wishes: Mapping[int, Sequence[SectionWish]]
    ) -> Mapping[int, Mapping[str, bytes]]:
        """Sections of mails by UID and name; what the server does not give is not among them.

        Memory is reckoned by the limits, so a limit a little above a part's size is much faster than a large one.
        """
        ...

    async def bodies(self, uids: Iterable[int], *, limit: int) -> Mapping[int, bytes]:
        """The first `limit` bytes of these mails by UID; what the server does not give is not among them."""
        ...

    async def piece(self, uid: int, *, start: int, length: int) -> bytes | None:
        """The bytes of a mail from `start` on, at most so many; None where the server does not give them."""
        ...

    async def present(self, uids: Iterable[int]) -> list[int]:
        """Those of the UIDs that are still in the folder, ascending: tells a mail withheld from one deleted."""
        ...

    async def idle(self, *, seconds: float) -> bool:
        """Whether mail came to the open folder, or left it, within the time; `mailbox_no_idle` where nobody tells."""
        ...


class MailServer(Protocol):
    """The way to a mailbox."""

    def connect(self, account: MailAccount) -> AbstractAsyncContextManager[ImapSession]:
        """A session that is signed in over verified TLS and ends with the block."""
        ...


class MailLine(Protocol):
    """One lasting connection, because providers slow down those who connect at every look."""

    async def session(self, account: MailAccount) -> ImapSession:
        """The session that is kept for this account, or a new one."""
        ...

    @property
    def is_fresh(self) -> bool:
        """Whether the present session was made for the last call of `session`."""
        ...

    async def drop(self) -> None:
        """Throw the session away, without a word; the next one is new."""
        ...


class Doorbell(Protocol):
    """Rings when something happens in INBOX, through a connection of its own."""

    async def wait(self, account: MailAccount, *, seconds: float) -> bool:
        """Whether something happened in this INBOX within the time, or since it was last listened to.

        `mailbox_no_idle` says that this server does not tell by itself: ask again in an hour at the earliest.
        """
        ...

    async def hang_up(self) -> None:
        """Listen no more."""
        ...
