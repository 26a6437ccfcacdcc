"""What people asked of the mailbox, and what they set for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from mycrm_common.work import Reading, Work

PASSWORD_NAME = "mail_password"  # noqa: S105 - the name under which the password is kept, not a password
CLIENT_SECRET_NAME = "mail_oauth_client_secret"  # noqa: S105 - a name
REFRESH_TOKEN_NAME = "mail_oauth_refresh_token"  # noqa: S105 - a name


class Verb(StrEnum):
    """What can be asked."""

    TEST = "test"
    SYNC = "sync"
    COPY = "copy"


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantSettings:
    """The grant as people set it; the secrets are sealed."""

    provider: str
    client_id: str
    tenant: str
    sealed_client_secret: str | None = field(repr=False)
    sealed_refresh_token: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """The mailbox as people set it on the page; the password is sealed, and not used where there is a grant."""

    host: str
    port: int
    username: str
    sealed_password: str | None = field(repr=False)
    monitor_mail_days: int
    mail_reserved_days: int
    grant: GrantSettings | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxRequest:
    """What a person asked: settings by name, and the secrets that were typed, sealed as one JSON object."""

    id: str
    parameters: Mapping[str, Any]
    sealed: str | None = field(repr=False)

    @property
    def sealed_as(self) -> str:
        """The name under which api sealed the secrets."""
        return f"request:{self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A request that is ours to answer; `attempts` counts this one."""

    request_id: str
    verb: Verb
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderSeen:
    """A folder that a test of the settings found."""

    name: str
    messages: int
    excluded: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of a request: an error code with its detail, or the folders that were seen."""

    code: str = ""
    detail: str = ""
    folders: tuple[FolderSeen, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return not self.code


@dataclass(frozen=True, kw_only=True, slots=True)
class MailWish:
    """One mail that a person means: a uid of a folder."""

    folder_id: int
    uid: int


class Copies(Protocol):
    """Whole mails, in pieces, for those who asked for them."""

    async def put(self, work: Work, request_id: str, *, position: int, piece: bytes) -> None:
        """Keep a piece."""
        ...

    async def clean(self, work: Work, *, before: datetime) -> None:
        """Throw away what was kept before the moment."""
        ...


class SettingsStore(Protocol):
    """What people set while MyCRM runs."""

    async def mail_settings(self, reading: Reading) -> MailSettings:
        """The present settings of the mailbox."""
        ...


class Requests(Protocol):
    """The requests as api wrote them."""

    async def by_id(self, reading: Reading, request_id: str) -> MailboxRequest | None:
        """The request, or None where there is none."""
        ...


class Tasks(Protocol):
    """The requests that we have taken over."""

    async def put(self, work: Work, request_id: str, *, verb: Verb) -> None:
        """Take a request over; once is enough."""
        ...

    async def claim(self, work: Work, verb: Verb, *, owner: str, lease: timedelta) -> Task | None:
        """The oldest task that is due, ours for the time of the lease."""
        ...

    async def next_due(self, reading: Reading, verb: Verb) -> datetime | None:
        """When the next open task is due, or None where there is none."""
        ...

    async def open_ids(self, reading: Reading, verb: Verb) -> list[str]:
        """The requests of this kind that wait for an answer."""
        ...

    async def answer(self, work: Work, request_id: str, answer: Answer) -> bool:
        """Write the answer; False where there was one already."""
        ...

    async def clean(self, work: Work, *, before: datetime) -> None:
        """Forget what was answered and taken over before the moment."""
        ...
