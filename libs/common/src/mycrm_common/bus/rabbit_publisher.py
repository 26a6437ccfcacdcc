"""Publishing to RabbitMQ: persistent, mandatory, confirmed, many at once.

An event counts as held when the broker has confirmed it. A confirm that does not come in time, or a connection
that breaks, leaves it unknown: the caller publishes again, and the consumers know the event by its id.

Events are handed to aiormq, on which aio-pika rests: it alone can put one behind the other without waiting each
time until the socket has taken it. What is in flight is bounded by our own window.
"""

import asyncio
from collections.abc import Sequence
from typing import cast

from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq import Channel, spec

from mycrm_common.bus.codec import CONTENT_TYPE
from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Published, unroutable
from mycrm_common.bus.rabbit_line import Line, speaking
from mycrm_common.bus.topology import EXCHANGE, FEED_ONLY, PARKED
from mycrm_common.errors import MyCRMError
from mycrm_common.logs import Logger

_IN_FLIGHT = 100
_CONFIRM_SECONDS = 5.0
_REASON_LENGTH = 1_000


class Publisher:
    """Hands events to the broker over one channel of its own connection."""

    def __init__(self, line: Line, *, log: Logger) -> None:
        self._line = line
        self._log = log
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        self._window = asyncio.Semaphore(_IN_FLIGHT)

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Return what the broker has confirmed and what it cannot take; `bus_unavailable` when it is away."""
        opened = await self._open()
        with speaking():
            channel = cast("Channel", await opened.get_underlay_channel())
        held: set[str] = set()
        refused: dict[str, str] = {}
        await asyncio.gather(
            *(self._hand_over(envelope, channel, held=held, refused=refused) for envelope in envelopes)
        )
        return Published(held=frozenset(held), refused=refused)

    async def park(self, body: bytes, *, consumer: str, reason: str) -> None:
        """Put a body that cannot be read into the parking queue, with the reason."""
        channel = await self._open()
        message = Message(
            body,
            content_type=CONTENT_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
            headers={"mycrm-consumer": consumer, "mycrm-reason": reason[:_REASON_LENGTH]},
        )
        with speaking():
            await channel.default_exchange.publish(message, PARKED, timeout=_CONFIRM_SECONDS)

    async def ping(self) -> None:
        """Raise `bus_unavailable` when the broker does not take events."""
        await self._open()

    async def _open(self) -> AbstractChannel:
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                connection = await self._line.open()
                with speaking():
                    channel = connection.channel(publisher_confirms=True, on_return_raises=True)
                    await channel.initialize()
                    await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
                    # The strong reference: a channel that is collected takes its confirms with it.
                    self._channel = channel
            return self._channel

    async def _hand_over(
        self, envelope: Envelope, channel: Channel, *, held: set[str], refused: dict[str, str]
    ) -> None:
        try:
            async with self._window:
                with speaking():
                    await channel.basic_publish(
                        envelope.body,
                        exchange=EXCHANGE,
                        routing_key=envelope.type,
                        properties=_properties(envelope),
                        mandatory=envelope.type not in FEED_ONLY,
                        timeout=_CONFIRM_SECONDS,
                        wait=False,
                    )
        except MyCRMError as error:
            if reason := self._refusal(envelope, error):
                refused[envelope.id] = reason
        except Exception as error:  # noqa: BLE001 - what cannot be put into frames must not hold up the others
            refused[envelope.id] = f"{type(error).__name__}: {error}"
        else:
            held.add(envelope.id)

    def _refusal(self, envelope: Envelope, error: MyCRMError) -> str | None:
        """Return why the broker will not take this event; after anything else the connection is not trusted."""
        cause = error.__cause__
        if isinstance(cause, PublishError):
            self._log.error("bus.unroutable", event_id=envelope.id, type=envelope.type)
            return unroutable(envelope.type)
        if isinstance(cause, DeliveryError):
            # A queue that is full, or loses its leader: nothing is wrong with the event.
            self._log.warning("bus.refused", event_id=envelope.id, type=envelope.type)
        elif self._channel is not None:
            self._log.warning("bus.publish_failed", event_id=envelope.id, error=cause)
            self._channel = None
            self._line.drop()
        return None


def _properties(envelope: Envelope) -> spec.Basic.Properties:
    return spec.Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=envelope.id,
        message_type=envelope.type,
        timestamp=envelope.time,
        app_id=envelope.source,
    )
