"""Events that were set aside because a consumer could not do them, as people look into them.

What nobody could read has no type, and what has no consumer no address: both can be looked at only.
"""

from dataclasses import dataclass
from datetime import datetime

from mycrm_common.errors import Kind, MyCRMError


@dataclass(frozen=True, kw_only=True, slots=True)
class ParkedEvent:
    """One event that waits for a person, with the reason and its text; bytes that are none are escaped."""

    id: int
    event_id: str
    consumer: str
    type: str
    attempts: int
    reason: str
    body: str
    told_at: datetime

    @property
    def replayable(self) -> bool:
        """Whether another attempt can be made at all."""
        return bool(self.type and self.consumer)


@dataclass(frozen=True, kw_only=True, slots=True)
class ParkedFilter:
    """Which of the parked events are meant: of one consumer, of one type; empty for any."""

    consumer: str = ""
    type: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParkedList:
    """Which part of the parked events is asked for; the newest come first."""

    which: ParkedFilter = ParkedFilter()
    cursor: str | None = None
    limit: int = 50


def check_replayable(event: ParkedEvent) -> None:
    """Refuse an event that cannot be tried again, and say why."""
    if event.replayable:
        return
    why = "it is for no known consumer" if event.type else "no consumer can read it"
    raise MyCRMError("parked_unreadable", Kind.CONFLICT, f"parked event {event.id} can only be seen: {why}")


def shown(body: bytes, *, readable: bool) -> str:
    """Return a body as text: as it is, or what nobody could read with its odd bytes in hexadecimal."""
    if readable:
        return body.decode("utf-8", errors="replace")
    # So that it can be turned back into the same bytes, a backslash is doubled.
    text = body.replace(b"\\", b"\\\\").decode("utf-8", errors="backslashreplace")
    return "".join(letter if letter.isprintable() or letter == "\n" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8"))
