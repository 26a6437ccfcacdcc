"""An event on its way: what the bus knows about it, without what it means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """One event as CloudEvents 1.0 describes it, with its bytes as they travel."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: dict[str, Any]
    body: bytes
    correlation_id: str = ""
