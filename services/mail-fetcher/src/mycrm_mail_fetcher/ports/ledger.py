"""What is known of the mailbox: its folders, where each mail lies, and the messages made of it.

Every uid that was looked at is placed in exactly one state, so that nothing can get lost between two lists.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mycrm_common.work import Reading, ReadingRoom, UnitOfWork, Work
from mycrm_mail_fetcher.domain.classify import MessageType
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.domain.mail import Attachment, BouncedRecipient, Mark


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


OUTSIDE_WINDOW = "outside_window"


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
    """A folder as the ledger has it; `state` is None before its first look, `window_from` how far that went."""

    id: int
    name: str
    excluded: Exclusion
    messages: int
    state: FolderState | None
    window_from: datetime | None
    error_code: str


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
    """What became of one uid: stored under a content key, ignored by a rule, or held with an error."""

    uid: int
    internal_date: datetime | None
    size: int
    state: PlaceState
    reason: str = ""
    detail: str = ""
    content_key: bytes | None = None


class Folders(Protocol):
    """The folders that were ever seen."""

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


class Locations(Protocol):
    """Which uid of which folder is in which state."""

    async def settled(
        self, reading: Reading, uids: Collection[int], *, folder_id: int, uid_validity: int
    ) -> set[int]:
        """Those of the uids that need not be looked at again, whatever the window is."""
        ...

    async def put(
        self,
        work: Work,
        places: Sequence[Place],
        *,
        folder_id: int,
        uid_validity: int,
        message_ids: Mapping[bytes, int],
    ) -> None:
        """Write the places, over what stood there before."""
        ...

    async def forget_other_validities(self, work: Work, folder_id: int, *, uid_validity: int) -> None:
        """Remove places whose uids mean nothing any more."""
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
