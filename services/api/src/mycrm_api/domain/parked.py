"""Events that were set aside because a consumer could not do them, as people look into them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ParkedEvent:
    """One event that waits for a person, with the reason and its bytes as they travelled."""

    id: int
    event_id: str
    consumer: str
    type: str
    attempts: int
    reason: str
    body: str
    told_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ParkedList:
    """Which part of the parked events is asked for; the newest come first."""

    consumer: str = ""
    cursor: str | None = None
    limit: int = 50
