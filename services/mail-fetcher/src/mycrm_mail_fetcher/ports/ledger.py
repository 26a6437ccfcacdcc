"""What is known of the mailbox: its folders, where each mail lies, and the messages made of it.

Every uid stands in exactly one named set (`domain.accounts`), so that nothing can get lost between two lists.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mycrm_common.work import Reading, ReadingRoom, UnitOfWork, Work
from mycrm_mail_fetcher.domain.accounts import Named, Rule
from mycrm_mail_fetcher.domain.classify import MessageType
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.domain.mail import Attachment, BouncedRecipient, Mark
from mycrm_mail_fetcher.domain.uid_sets import UidSet


class Exclusion(StrEnum):
    """Why a folder is not read."""

    NONE = ""
    RULE = "rule"
    GONE = "gone"


class PlaceState(StrEnum):
    """What became of one mail in one folder."""

    STORED = "stored"
    IGNORED = "ignored"
    HELD = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What came of looking: how many mails in each state, messages that were known before not among them."""

    stored: int = 0
    ignored: int = 0
    held: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(
            stored=self.stored + other.stored,
            ignored=self.ignored + other.ignored,
            held=self.held + other.held,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PassOutcome:
    """What came of one look at the mailbox, or an error code with its detail where it had to end early."""

    counts: Counts = Counts()
    folders: int = 0
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownFolder:
    """A folder as the ledger has it; `state` is None before its first look, `window_from` how far that went.

    `compared_at` is when its uids were last held against the server's, all of them.
    """

    id: int
    name: str
    excluded: Exclusion
    messages: int
    state: FolderState | None
    window_from: datetime | None
    error_code: str
    compared_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMessage:
    """A mail that was read, ready to be stored; `addresses` are rows of role, address as written, and its key.

    `mark` says that a machine or a list wrote it; `is_answer` that a person did, and so the sender's address works.
    `references` are the ids of the mails before it in the conversation, the oldest first. `bounced` are the
    addresses that it reports as failed.
    """

    content_key: bytes
    message_id: str
    sender: str
    sender_address: str
    date: datetime
    type: MessageType
    subject: str
    content: str
    attachments: tuple[Attachment, ...]
    blocked_images: int
    addresses: tuple["MessageAddress", ...]
    mark: Mark = Mark.NONE
    is_answer: bool = False
    references: tuple[str, ...] = ()
    bounced: tuple[BouncedRecipient, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageAddress:
    """One address under which a message shows."""

    role: str
    address: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What became of one uid: stored under a content key, ignored by a rule, or held with an error.

    `reason` is the rule or the error's code; `beginning` the first bytes of a held mail, as far as they were given.
    """

    uid: int
    internal_date: datetime | None
    size: int
    state: PlaceState
    reason: str = ""
    detail: str = ""
    content_key: bytes | None = None
    beginning: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderKey:
    """Under what a folder's uids mean something."""

    folder_id: int
    uid_validity: int


class Folders(Protocol):
    """The folders that were ever seen."""

    async def by_id(self, reading: Reading, folder_id: int) -> KnownFolder | None:
        """One folder, or None where there is none."""
        ...

    async def of_mailbox(self, reading: Reading, mailbox: str) -> dict[str, KnownFolder]:
        """The mailbox's folders by name."""
        ...

    async def add(self, work: Work, name: str, *, mailbox: str) -> KnownFolder:
        """Begin a folder's row, with nothing looked at."""
        ...

    async def exclude(self, work: Work, folder_id: int, excluded: Exclusion, *, messages: int) -> None:
        """Write whether and why the folder is left aside, and how many mails the server counts in it."""
        ...

    async def mark(self, work: Work, folder_id: int, state: FolderState, *, window_from: datetime) -> None:
        """Write how far the folder has been looked at; what was wrong with it is over."""
        ...

    async def note_comparison(self, work: Work, folder_id: int, *, missing: int) -> None:
        """Write that the folder was held against the server just now, and how many mails were missing."""
        ...

    async def fail(self, work: Work, folder_id: int, *, code: str, detail: str) -> None:
        """Write why the folder could not be looked at to the end."""
        ...


class Messages(Protocol):
    """The messages, each stored once."""

    async def ids_by_key(self, reading: Reading, keys: Collection[bytes]) -> dict[bytes, int]:
        """The ids of those content keys that are stored."""
        ...

    async def add(self, work: Work, messages: Sequence[NewMessage]) -> dict[bytes, int]:
        """Store messages with their addresses and return the ids of those that were not there yet."""
        ...

    async def add_notice(self, work: Work, *, subject: str, content: str) -> None:
        """Store a message of ours to the team; the content is safe HTML."""
        ...

    async def expire(self, work: Work, *, before: datetime, limit: int) -> int:
        """Delete up to so many of the oldest mails dated before the moment; their uids count as removed."""
        ...


class Locations(Protocol):
    """Which uid of which folder is in which set."""

    async def named(self, reading: Reading, folder: FolderKey) -> Named:
        """All sets of the folder."""
        ...

    async def count(self, reading: Reading, folder: FolderKey) -> int:
        """How many uids the ledger names in the folder."""
        ...

    async def put(
        self, work: Work, places: Sequence[Place], *, folder: FolderKey, message_ids: Mapping[bytes, int]
    ) -> None:
        """Write the places, over what stood there before."""
        ...

    async def ignore(self, work: Work, uids: UidSet, *, folder: FolderKey, rule: Rule) -> None:
        """Put uids that stand in no other set under a rule."""
        ...

    async def forget(self, work: Work, uids: UidSet, *, folder: FolderKey) -> None:
        """Take uids out of every set: the folder has them no more."""
        ...

    async def free_held(self, work: Work, *, folder_id: int | None = None, uid: int | None = None) -> None:
        """Let held mail be asked for again at the next comparison: one, those of a folder, or all."""
        ...

    async def forget_other_validities(self, work: Work, folder: FolderKey) -> None:
        """Remove sets whose uids mean nothing any more."""
        ...


class Mailboxes(Protocol):
    """How the mailbox as a whole is doing."""

    async def reason_of(self, reading: Reading, name: str) -> str | None:
        """Why the last look failed, empty where it did not, None before the first one."""
        ...

    async def note_synced(self, work: Work, name: str) -> None:
        """Write that a look ended well."""
        ...

    async def note_failed(self, work: Work, name: str, *, code: str, detail: str) -> None:
        """Write why a look could not be finished."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What a use case needs to look things up in the ledger and to write them."""

    folders: Folders
    messages: Messages
    locations: Locations
    reading: ReadingRoom
    unit: UnitOfWork
