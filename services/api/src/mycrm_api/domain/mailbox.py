"""The team's mailbox, as far as the API tells of it; mail-fetcher reads it and answers requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mycrm_common.errors import FieldFault, Kind, MyCRMError

MailboxState = Literal["not_configured", "idle", "syncing", "failed"]

# Which field of the settings a refusal is about.
_FIELDS: Mapping[str, str] = {
    "mailbox_login_refused": "mail_password",
    "mailbox_unreachable": "mail_host",
    "mailbox_certificate_untrusted": "mail_host",
    "mailbox_tls_required": "mail_port",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderFound:
    """A folder that a test of the settings has seen."""

    name: str
    messages: int
    excluded: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxAnswer:
    """What came of a request: the folders, or an error code with its detail."""

    ok: bool
    code: str
    detail: str
    folders: tuple[FolderFound, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Why something could not be done."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderLedger:
    """What became of a folder's mail; `excluded` is empty, or why the folder is not read (`rule`, `gone`)."""

    name: str
    on_server: int
    stored: int
    ignored: int
    held: int
    excluded: str
    error: Trouble | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """How the mailbox is doing."""

    state: MailboxState
    last_synced_at: datetime | None
    error: Trouble | None
    folders: tuple[FolderLedger, ...]


def check_answer(answer: MailboxAnswer) -> None:
    """Raise what mail-fetcher met, naming the field that it is about."""
    if answer.ok:
        return
    field = _FIELDS.get(answer.code)
    faults = [] if field is None else [FieldFault(field=field, code=answer.code, message=answer.detail)]
    raise MyCRMError(answer.code, Kind.INVALID, answer.detail, errors=faults)
