"""One consumer's queue on RabbitMQ, declared, bound, and kept flowing until it is stopped.

A session lasts as long as one channel. Whatever ends it (the broker restarts, an admin deletes the queue),
the next one declares everything anew. What happens to an event that was brought:

- received: it is acknowledged. When that fails, it comes again, and the inbox knows it.
- the database is away: nothing is wrong with the event, so it must not use up its delivery limit. We stop
  consuming, give back what we hold, and knock with that one body until it is received; then we go on.
- it cannot be read: it is parked with the reason.
- anything else: it is rejected and comes again; the delivery limit parks it in the end.
"""

import asyncio
import random
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import ChannelPreconditionFailed

from mycrm_common.bus.port import UNREADABLE, Receive
from mycrm_common.bus.rabbit_line import Line, speaking
from mycrm_common.bus.rabbit_publisher import Publisher
from mycrm_common.bus.topology import DEAD_LETTERS, EXCHANGE, PARKED, PARKING_ARGUMENTS, QUEUE_ARGUMENTS
from mycrm_common.errors import Kind, MyCRMError, StartError
from mycrm_common.logs import Logger
from mycrm_common.tasks import TaskNursery

_PREFETCH = 20
# Each one holds a database connection while it works; the web edge needs some of the pool as well.
_AT_ONCE = 4
_REST_SECONDS = (1.0, 3.0)
_LONGEST_KNOCK_SECONDS = 15.0
_REJECT_SECONDS = 0.5
_DRAIN_SECONDS = 20.0


class _Session:
    """One channel's life: what its messages and its keeper tell each other."""

    def __init__(self) -> None:
        self.turn = asyncio.Event()
        self.over = asyncio.Event()
        self.knock: bytes | None = None
        self.still = asyncio.Event()

    def end(self, *_: object) -> None:
        self.over.set()
        self.turn.set()
        self.still.set()

    def pause(self, body: bytes) -> None:
        self.knock = body
        self.turn.set()

    def resume(self) -> None:
        self.knock = None
        self.turn.clear()
        self.still.clear()


class Feed:
    """Brings one consumer its events."""

    def __init__(
        self,
        consumer: str,
        types: Sequence[str],
        receive: Receive,
        *,
        line: Line,
        publisher: Publisher,
        log: Logger,
    ) -> None:
        self._consumer = consumer
        self._types = types
        self._receive = receive
        self._line = line
        self._publisher = publisher
        self._log = log.bind(consumer=consumer)
        self._keeping, self._work = TaskNursery(), TaskNursery()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._flowing = asyncio.Event()
        self._stopping = asyncio.Event()
        self._session = _Session()

    async def start(self) -> None:
        """Return when events flow, however long the broker is away; a `StartError` where they never can."""
        keeping = self._keeping.start(self._keep_flowing(), name=f"feed {self._consumer}")
        flowing = self._keeping.start(self._flowing.wait(), name=f"start {self._consumer}")
        try:
            await asyncio.wait((keeping, flowing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            flowing.cancel()
        if keeping.done():
            keeping.result()

    async def stop(self) -> None:
        """Take no more events; return when those in flight are done and acknowledged."""
        self._stopping.set()
        self._session.turn.set()
        await self._keeping.settle(_DRAIN_SECONDS + 5)
        await self._keeping.close()
        await self._work.close()

    async def _keep_flowing(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._one_session()
            except MyCRMError as error:
                if not self._flowing.is_set() and (refused := _as_start_error(error, self._consumer)):
                    raise refused from error
                if self._line.is_open:  # Otherwise the line has told it, once for all feeds.
                    self._log.warning("feed.interrupted", error=error)
            except Exception as error:  # noqa: BLE001 - a consumer must never end by itself
                self._log.error("feed.failed", error=error, exc_info=error)
            await self._rest(random.uniform(*_REST_SECONDS))  # noqa: S311 - keeps the replicas out of step

    async def _one_session(self) -> None:
        connection = await self._line.open()
        session = self._session = _Session()
        with speaking():
            channel = connection.channel(publisher_confirms=False)
            await channel.initialize()
            try:
                queue = await self._declare(channel, session)
                await self._flow(queue, session)
            finally:
                session.end()
                await channel.close()

    async def _declare(self, channel: AbstractChannel, session: _Session) -> AbstractQueue:
        channel.close_callbacks.add(session.end)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(session.end)
        await channel.set_qos(prefetch_count=_PREFETCH)
        exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
        dead_letters = await channel.declare_exchange(DEAD_LETTERS, ExchangeType.DIRECT, durable=True)
        parked = await channel.declare_queue(PARKED, durable=True, arguments=dict(PARKING_ARGUMENTS))
        await parked.bind(dead_letters, PARKED)
        queue = await channel.declare_queue(self._consumer, durable=True, arguments=dict(QUEUE_ARGUMENTS))
        for event_type in self._types:
            await queue.bind(exchange, event_type)
        return queue

    async def _flow(self, queue: AbstractQueue, session: _Session) -> None:
        while True:
            tag = await queue.consume(partial(self._bring, session))
            self._flowing.set()
            if not self._stopping.is_set():
                await session.turn.wait()
            if session.over.is_set():
                return
            await queue.cancel(tag)
            session.still.set()
            if self._stopping.is_set():
                await self._work.settle(_DRAIN_SECONDS)
                return
            await self._knock_until_received(session)
            if session.over.is_set() or self._stopping.is_set():
                return
            session.resume()

    async def _bring(self, session: _Session, message: AbstractIncomingMessage) -> None:
        # A task of ours: those of the library are cancelled, in mid-transaction, when a connection breaks.
        self._work.start(self._take(session, message), name=f"event for {self._consumer}")

    async def _take(self, session: _Session, message: AbstractIncomingMessage) -> None:
        async with self._turns:
            if session.over.is_set():
                return
            if session.knock is not None or self._stopping.is_set():
                await session.still.wait()
                await _settle(message.nack(requeue=True))
                return
            try:
                await self._receive(message.body)
            except Exception as error:  # noqa: BLE001 - whatever it is, the event must not be lost
                await self._react(session, message, error)
            else:
                await _settle(message.ack())

    async def _react(self, session: _Session, message: AbstractIncomingMessage, error: Exception) -> None:
        if isinstance(error, MyCRMError) and error.code == UNREADABLE:
            await self._park(message, error)
        elif isinstance(error, MyCRMError) and error.kind is Kind.UNAVAILABLE:
            self._log.warning("feed.paused", error=error)
            session.pause(message.body)
            # What is given back while we still consume would be brought again at once.
            await session.still.wait()
            await _settle(message.nack(requeue=True))
        else:
            self._log.error("event.rejected", error=error, exc_info=error)
            await self._rest(_REJECT_SECONDS)
            # Reject, not nack: from RabbitMQ 4.3 on only this counts towards the delivery limit.
            await _settle(message.reject(requeue=True))

    async def _park(self, message: AbstractIncomingMessage, error: MyCRMError) -> None:
        self._log.error("event.unreadable", error=error)
        try:
            await self._publisher.park(message.body, consumer=self._consumer, reason=error.detail)
        except MyCRMError:
            await _settle(message.reject(requeue=False))
        else:
            await _settle(message.ack())

    async def _knock_until_received(self, session: _Session) -> None:
        seconds = 0.5
        while session.knock is not None and not session.over.is_set() and not self._stopping.is_set():
            await self._rest(seconds * random.uniform(0.8, 1))  # noqa: S311 - as above
            seconds = min(seconds * 2, _LONGEST_KNOCK_SECONDS)
            try:
                await self._receive(session.knock)
            except MyCRMError as error:
                if error.kind is Kind.UNAVAILABLE:
                    continue
            except Exception as error:  # noqa: BLE001 - the database answers again; the event comes again, too
                self._log.warning("feed.knocked", error=error)
            self._log.info("feed.resumed")
            return

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


async def _settle(answer: Coroutine[Any, Any, None]) -> None:
    """Answer the broker; an event whose channel is gone comes again, and the inbox knows it."""
    try:
        with speaking():
            await answer
    except MyCRMError:
        pass


def _as_start_error(error: MyCRMError, consumer: str) -> StartError | None:
    if error.code == "bus_refused":
        return StartError("bus_refused", reason=error.detail)
    if isinstance(error.__cause__, ChannelPreconditionFailed):
        return StartError("queue_arguments_differ", name=consumer, reason=str(error.__cause__))
    return None
