"""The bus over RabbitMQ: what is published is kept by the broker until each consumer is done with it.

Publishing and consuming have a connection each, because a broker that is short of memory stops reading from
connections that publish, and acknowledgements must get through all the same. Written for RabbitMQ 4.x, works
on 3.10; the parts are `rabbit_line` (a connection), `rabbit_publisher`, `rabbit_feed` (one queue)
and `rabbit_parking` (the queue of what was given up).
"""

import asyncio
import logging
from collections.abc import Sequence

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import Keep, Published, Receive
from mycrm_common.bus.rabbit_feed import Feed
from mycrm_common.bus.rabbit_line import Line
from mycrm_common.bus.rabbit_parking import empty_parking
from mycrm_common.bus.rabbit_publisher import Publisher
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger


class RabbitBus:
    """Connects the consumers of any number of processes."""

    def __init__(self, url: str, *, log: Logger) -> None:
        self._log = log.bind(service="bus")
        self._sending = Line(url, purpose="publish", log=self._log)
        self._receiving = Line(url, purpose="consume", log=self._log)
        self._publisher = Publisher(self._sending, log=self._log)
        self._feeds: dict[str, Feed] = {}
        for library in ("aio_pika", "aiormq"):
            # They tell what we tell ourselves, past our log and with stack traces.
            logging.getLogger(library).setLevel(logging.CRITICAL)

    @property
    def holds_events(self) -> bool:
        """The broker keeps an event until it is acknowledged."""
        return True

    async def subscribe(self, consumer: str, types: Sequence[str], receive: Receive) -> None:
        """Make a lasting consumer of some types of event; return when its queue is there and flows."""
        if consumer in self._feeds:
            raise MyCRMError("consumer_twice", Kind.BUG, consumer)
        feed = Feed(consumer, types, receive, line=self._receiving, publisher=self._publisher, log=self._log)
        self._feeds[consumer] = feed
        await feed.start()

    async def publish(self, envelopes: Sequence[Envelope]) -> Published:
        """Hand events to the broker; those are held that it has confirmed."""
        return await self._publisher.publish(envelopes)

    async def empty_parking(self, keep: Keep) -> int:
        """Give away what lies in the parking queue, and return how many were taken."""
        return await empty_parking(self._receiving, keep)

    async def ping(self) -> None:
        """Raise `bus_unavailable` unless the broker takes and brings events."""
        await self._publisher.ping()
        if self._feeds and not self._receiving.is_open:
            raise MyCRMError("bus_unavailable", Kind.UNAVAILABLE, "no events are brought", retry_after=5)

    async def stop_receiving(self) -> None:
        """Take no new events; return when those in flight are done and acknowledged."""
        await asyncio.gather(*(feed.stop() for feed in self._feeds.values()))
        await self._receiving.close()

    async def close(self) -> None:
        """Stop, and close both connections."""
        await self.stop_receiving()
        await self._sending.close()
