"""What every bus promises, whether it is RabbitMQ or this process.

`publish` returns which events are safely held by the transport, or by every consumer where the transport holds
nothing, and which were looked at and refused, with the reason; the caller keeps all but the held ones and tries
again. Of an event that is neither held nor refused nothing is known: the transport was away or had no room. An
event may arrive more than once, in any order.
`receive` returns when the event may be forgotten by the transport. When it raises, the event comes again: at
once or after a rest for an error of kind unavailable, which waits for the database; `event_unreadable` never
becomes better, and such a body is set aside with the reason.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mycrm_common.bus.envelope import Envelope

Receive = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """A body that a transport has set aside: who gave it up (empty where nobody knows), why, after how many tries."""

    body: bytes
    consumer: str
    reason: str
    attempts: int


Keep = Callable[[SetAside], Awaitable[None]]

UNREADABLE = "event_unreadable"


UNROUTABLE = "unroutable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What became of events that were handed over: held by their ids, refused with the reason."""

    held: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)


def unroutable(event_type: str) -> str:
    """Return why an event is refused that nobody asked for: its consumers have never started, or were removed."""
    return f"{UNROUTABLE}: no queue or consumer is there for {event_type}"


class Bus(Protocol):
    """Carries events from whoever tells them to each consumer that asked for their type."""

    @property
    def holds_events(self) -> bool:
        """Whether the transport itself keeps an event until the consumer is done with it."""
        ...

    async def subscribe(self, consumer: str, types: Sequence[str], receive: Receive) -> None:
        """Make a lasting consumer of some types of event, known before anything is published."""
        ...

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Hand events over and return what became of them."""
        ...

    async def empty_parking(self, keep: Keep) -> int:
        """Give what the transport has set aside to `keep`, forget each one that it took, and return how many."""
        ...

    async def ping(self) -> None:
        """Raise when the transport cannot be reached."""
        ...

    async def stop_receiving(self) -> None:
        """Take no new events; return when those in flight are done."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
