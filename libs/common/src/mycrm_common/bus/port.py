"""What every bus promises, whether it is RabbitMQ or this process.

`publish` returns the ids that are safely held by the transport, or by every consumer where the transport holds
nothing; the caller keeps the others and tries again. An event may arrive more than once, in any order.
`receive` returns when the event may be forgotten by the transport. When it raises, the event comes again: at
once or after a rest for an error of kind unavailable, which waits for the database; `event_unreadable` never
becomes better, and such a body is set aside with the reason.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
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


class Bus(Protocol):
    """Carries events from whoever tells them to each consumer that asked for their type."""

    @property
    def holds_events(self) -> bool:
        """Whether the transport itself keeps an event until the consumer is done with it."""
        ...

    async def subscribe(self, consumer: str, types: Sequence[str], receive: Receive) -> None:
        """Make a lasting consumer of some types of event, known before anything is published."""
        ...

    async def publish(self, envelopes: Sequence[Envelope]) -> frozenset[str]:
        """Hand events over and return the ids of those that are safely held."""
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
