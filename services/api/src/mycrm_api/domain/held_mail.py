"""Mail that is held back: it could not be read, so it waits where people can see it, with the reason."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPlace:
    """Which mail is meant: a uid of a folder, as the folder counts now."""

    folder_id: int
    uid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMail:
    """A held mail; `bytes_kept` is how much of its beginning can be downloaded at once."""

    folder_id: int
    folder: str
    uid: int
    internal_date: datetime | None
    size: int
    code: str
    detail: str
    attempts: int
    subject: str
    sender: str
    bytes_kept: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldList:
    """Which page of the held mails is asked for: of all folders or of one."""

    cursor: str | None
    limit: int
    folder_id: int | None = None
