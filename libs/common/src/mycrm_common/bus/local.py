"""The bus inside one process: no server, the same promises.

It holds nothing. Publishing hands the bytes to every consumer at once, and each of them stores a delivery row
before it returns; so an event counts as published when all of them have it, and a crash in between only means
that it is published again. The bytes pass the same codec as on RabbitMQ, so nothing works here by accident.
"""

from collections.abc import Sequence

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Keep, Published, Receive, unroutable
from mycrm_common.bus.topology import FEED_ONLY
from mycrm_common.errors import Kind, MyCRMError


class LocalBus:
    """Connects the consumers of one process."""

    def __init__(self) -> None:
        self._consumers: dict[str, tuple[frozenset[str], Receive]] = {}
        self._receiving = True

    @property
    def holds_events(self) -> bool:
        """Nothing is kept here: consumers store what they are given."""
        return False

    async def subscribe(self, consumer: str, types: Sequence[str], receive: Receive) -> None:
        """Make a lasting consumer of some types of event."""
        if consumer in self._consumers:
            raise MyCRMError("consumer_twice", Kind.BUG, consumer)
        self._consumers[consumer] = (frozenset(types), receive)

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Give each event to every consumer of its type; those that all have taken are held.

        One that wants a consumer and finds none, because its service does not run here, is refused.
        """
        held: set[str] = set()
        refused: dict[str, str] = {}
        for envelope in envelopes:
            if not self._receiving:
                break
            try:
                is_taken = await self._give(envelope)
            except Exception as error:  # noqa: BLE001 - one event that nobody can store must not hold up the others
                if isinstance(error, MyCRMError) and error.kind is Kind.UNAVAILABLE:
                    break
                refused[envelope.id] = f"{type(error).__name__}: {error}"
            else:
                if is_taken or envelope.type in FEED_ONLY:
                    held.add(envelope.id)
                else:
                    refused[envelope.id] = unroutable(envelope.type)
        return Published(held=frozenset(held), refused=refused)

    async def _give(self, envelope: Envelope) -> bool:
        wanting = [receive for types, receive in self._consumers.values() if envelope.type in types]
        for receive in wanting:
            await receive(envelope.body)
        return bool(wanting)

    async def empty_parking(self, keep: Keep) -> int:
        """Nothing is ever set aside here: consumers keep what they could not do."""
        del keep
        return 0

    async def ping(self) -> None:
        """A process can always reach itself."""

    async def stop_receiving(self) -> None:
        """Take no new events."""
        self._receiving = False

    async def close(self) -> None:
        """Forget the consumers."""
        self._consumers.clear()
