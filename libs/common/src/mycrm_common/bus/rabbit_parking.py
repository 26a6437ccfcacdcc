"""The parking queue on RabbitMQ, emptied into the table that people look into.

The broker puts there what hit the delivery limit, and our feeds what they could not read. Each body is given away
before it is acknowledged: whatever ends us in between, it comes again. One that cannot be given away goes back when
the channel closes, and holds up none of those behind it.
"""

from collections.abc import Mapping
from typing import Any

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from mycrm_common.bus.port import Keep, SetAside
from mycrm_common.bus.rabbit_line import Line, speaking
from mycrm_common.bus.topology import DELIVERY_LIMIT, PARKED, PARKING_ARGUMENTS
from mycrm_common.errors import Kind, MyCRMError

_REASON_LENGTH = 1_000
_NAME_LENGTH = 80


async def empty_parking(line: Line, keep: Keep) -> int:
    """Give away all that lies in the parking queue, and return how many were taken."""
    connection = await line.open()
    with speaking():
        channel = connection.channel(publisher_confirms=False)
        await channel.initialize()
    try:
        with speaking():
            queue = await channel.declare_queue(PARKED, durable=True, arguments=dict(PARKING_ARGUMENTS))
        return await _give_away(queue, keep)
    finally:
        with speaking():
            await channel.close()


async def _give_away(queue: AbstractQueue, keep: Keep) -> int:
    taken, failed = 0, None
    while (message := await _next(queue)) is not None:
        try:
            await keep(set_aside(message.body, message.headers))
        except Exception as error:
            if isinstance(error, MyCRMError) and error.kind is Kind.UNAVAILABLE:
                raise
            failed = error
        else:
            with speaking():
                await message.ack()
            taken += 1
    if failed is not None:
        raise failed
    return taken


async def _next(queue: AbstractQueue) -> AbstractIncomingMessage | None:
    with speaking():
        return await queue.get(fail=False)


def set_aside(body: bytes, headers: Mapping[str, Any]) -> SetAside:
    """Return what the broker's headers say about a body in the parking queue; they may say anything."""
    deaths = headers.get("x-death")
    newest = deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], Mapping) else {}
    queue = _text(newest.get("queue")) or _text(headers.get("mycrm-consumer"))
    is_name = queue.isascii() and queue.isprintable() and len(queue) <= _NAME_LENGTH
    reason = _reason(newest, queue) or _text(headers.get("mycrm-reason")) or "put here by hand"
    return SetAside(
        body=body,
        consumer=queue if is_name else "",
        reason=reason[:_REASON_LENGTH],
        # The count that the broker kept in the queue is not told: only that it had reached the limit.
        attempts=DELIVERY_LIMIT + 1 if _text(newest.get("reason")) == "delivery_limit" else 1,
    )


def _reason(death: Mapping[str, Any], queue: str) -> str:
    why = _text(death.get("reason"))
    count = death.get("count")
    return f"dead letter of {queue}: {why}, {count if isinstance(count, int) else 1} x" if why else ""


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else ""
