"""What people ask of mail-fetcher, and what it answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mycrm_common.errors import FieldFault, Kind, MyCRMError

RequestState = Literal["open", "answered"]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Which field of the settings a refusal is about.
_FIELDS: Mapping[str, str] = {
    "mailbox_login_refused": "mail_password",
    "mailbox_unreachable": "mail_host",
    "mailbox_certificate_untrusted": "mail_host",
    "mailbox_tls_required": "mail_port",
}
# Nothing in what was sent is to blame for these.
_KINDS: Mapping[str, Kind] = {
    "mail_gone": Kind.NOT_FOUND,
    "mailbox_not_configured": Kind.CONFLICT,
    "secret_unreadable": Kind.UNAVAILABLE,
    "request_given_up": Kind.UNAVAILABLE,
    "request_missing": Kind.UNAVAILABLE,
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
class Request:
    """Something that was asked for, and the answer once there is one."""

    request_id: str
    noun: str
    verb: str
    asked_at: datetime
    answer: MailboxAnswer | None

    @property
    def state(self) -> RequestState:
        """Whether there is an answer."""
        return "open" if self.answer is None else "answered"


def is_request_id(text: str) -> bool:
    """Tell whether a text may be the id of a request."""
    return _ID.fullmatch(text) is not None


def check_answer(answer: MailboxAnswer, *, of_settings: bool = False) -> None:
    """Raise what mail-fetcher met; where settings were tried, with the field that it is about."""
    if answer.ok:
        return
    field = _FIELDS.get(answer.code) if of_settings else None
    faults = [] if field is None else [FieldFault(field=field, code=answer.code, message=answer.detail)]
    raise MyCRMError(answer.code, _KINDS.get(answer.code, Kind.INVALID), answer.detail, errors=faults)
