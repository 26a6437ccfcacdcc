"""What the broker set aside comes to the table that people look into: once, whole, and whatever dies or is away."""

import asyncio
import json
from typing import Any, NoReturn

import aio_pika
import pytest

from mycrm_api.store import parked
from mycrm_common.bus.port import SetAside
from mycrm_common.bus.topology import EXCHANGE, PARKED
from mycrm_common.crash import CrashPoints
from mycrm_common.db import deliveries
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerAdded, CustomerUpdated
from mycrm_common.events.registry import Event
from mycrm_common.parking import empty_parking
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, Process, added, updated
from tests.support.mariadb import MariaDBServer
from tests.support.rabbitmq import RabbitMQServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("rabbitmq", "mariadb")

QUEUE = "mycrm.api.use.v1"


async def _publish(url: str, *bodies: bytes, key: str = "customer.added.v1") -> None:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        exchange = await channel.get_exchange(EXCHANGE)
        for body in bodies:
            await exchange.publish(aio_pika.Message(body), key)


async def _put_aside(url: str, *messages: aio_pika.Message) -> None:
    """Put messages into the parking queue, past every consumer."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        for message in messages:
            await channel.default_exchange.publish(message, PARKED)


async def _lying(url: str) -> int | None:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(PARKED, passive=True)
        return queue.declaration_result.message_count


async def _until_lying(url: str, count: int) -> None:
    async def counted() -> bool:
        return await _lying(url) == count

    await eventually(counted, what=f"{count} bodies in the parking queue", seconds=60, every_seconds=0.2)


async def _empty(process: Process, *, crash: CrashPoints | None = None) -> None:
    await empty_parking(process.bus, unit=process.unit, crash=crash or CrashPoints(), log=process.log)


async def _begin(household: Household) -> Process:
    """A process whose queues are there."""
    process = household.begin()
    await process.consume("use", CustomerAdded)
    return process


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\x00 no json", b"[]", b'{"specversion":"1.0"}', "{客户".encode("gb18030"), b"x" * 64 * 1024],
    ids=lambda body: repr(body[:12]),
)
async def test_a_body_that_nobody_can_read_is_kept_byte_by_byte_with_the_reason(
    broker_household: Household, body: bytes
) -> None:
    process = await _begin(broker_household)
    await _publish(broker_household.bus_url, body)
    await _until_lying(broker_household.bus_url, 1)

    await _empty(process)

    (row,) = await process.waiting()
    assert (row.state, row.type, row.body) == (deliveries.PARKED, "", body)
    assert row.consumer == QUEUE
    assert len(row.last_error) > 10
    assert await _lying(broker_household.bus_url) == 0


async def test_of_a_body_that_is_too_large_the_beginning_is_kept(broker_household: Household) -> None:
    process = await _begin(broker_household)
    event = added(1)
    large = {"specversion": "1.0", "id": "large", "type": event.event_type, "source": "/x", "data": {}}
    large["time"], large["subject"] = "2026-01-01T00:00:00Z", "x" * 1024 * 1024
    bodies = [b"no" * 100_000, json.dumps(large).encode()]
    await _put_aside(broker_household.bus_url, *(aio_pika.Message(body) for body in bodies))

    await _empty(process)

    rows = await process.waiting()
    assert [(row.type, row.body) for row in rows] == [("", body[: 64 * 1024]) for body in bodies]
    assert all(f"65536 of {len(body)}" in row.last_error for row, body in zip(rows, bodies, strict=True))


async def test_an_event_that_hit_the_delivery_limit_is_shown_and_done_when_it_is_tried_again(
    broker_household: Household,
) -> None:
    buggy = broker_household.begin()

    async def never(_: bytes) -> NoReturn:
        raise ValueError("a bug of the consumer runtime itself")

    await buggy.bus.subscribe(QUEUE, [CustomerUpdated.event_type], never)
    await buggy.tell(updated(1))
    await buggy.relay_all()
    await _until_lying(broker_household.bus_url, 1)
    await broker_household.end(buggy)

    process = broker_household.begin()
    await process.consume("use", CustomerUpdated)
    await _empty(process)

    (row,) = await process.waiting()
    assert (row.consumer, row.type, row.state) == (QUEUE, "customer.updated.v1", deliveries.PARKED)
    assert row.event_id == (await process.told())[0].event_id
    assert "delivery_limit" in row.last_error
    assert row.attempts == 21
    await _replay(process)
    await process.until_effects(("use", "1"))
    assert await process.waiting() == []


async def _replay(process: Process) -> None:
    async with process.unit() as work:
        await parked.make_due(work, [row.id for row in await process.waiting()])


class _Stop(CrashPoints):
    """Stands for the end of the process, at that place."""

    def reach(self, name: str) -> None:
        raise MyCRMError("stopped", Kind.UNAVAILABLE, name)


async def test_a_crash_between_keeping_and_acknowledging_leaves_one_row(broker_household: Household) -> None:
    process = await _begin(broker_household)
    await _put_aside(broker_household.bus_url, aio_pika.Message(b"no event"))

    with pytest.raises(MyCRMError, match="stopped"):
        await _empty(process, crash=_Stop())
    assert len(await process.waiting()) == 1
    await _until_lying(broker_household.bus_url, 1)
    await _empty(process)

    assert len(await process.waiting()) == 1
    assert await _lying(broker_household.bus_url) == 0


async def test_two_who_empty_it_at_once_keep_each_body_once(broker_household: Household) -> None:
    first, second = await _begin(broker_household), broker_household.begin()
    bodies = [b"no event %d" % number for number in range(60)]
    await _put_aside(broker_household.bus_url, *(aio_pika.Message(body) for body in bodies * 2))

    await asyncio.gather(_empty(first), _empty(second))

    assert sorted(row.body for row in await first.waiting()) == sorted(bodies)
    assert await _lying(broker_household.bus_url) == 0


async def test_while_the_database_is_away_everything_stays_in_the_queue(
    broker_household: Household, mariadb_server: MariaDBServer
) -> None:
    process = await _begin(broker_household)
    await _put_aside(broker_household.bus_url, *(aio_pika.Message(b"no event %d" % n) for n in range(3)))

    mariadb_server.kill()
    with pytest.raises(MyCRMError) as caught:
        await _empty(process)
    await _until_lying(broker_household.bus_url, 3)
    await mariadb_server.start()
    await _empty(process)

    assert caught.value.kind is Kind.UNAVAILABLE
    assert len(await process.waiting()) == 3


async def test_while_the_broker_is_away_nothing_is_raised(
    broker_household: Household, rabbitmq_server: RabbitMQServer
) -> None:
    process = await _begin(broker_household)
    await _put_aside(broker_household.bus_url, aio_pika.Message(b"no event", delivery_mode=2))
    await rabbitmq_server.settle()

    rabbitmq_server.kill()
    await _empty(process)
    await rabbitmq_server.start()

    async def emptied() -> bool:
        await _empty(process)
        return len(await process.waiting()) == 1

    await eventually(emptied, what="the body after the broker is back", seconds=60)


async def test_one_that_cannot_be_kept_holds_up_none_of_the_others(broker_household: Household) -> None:
    process = await _begin(broker_household)
    await _put_aside(broker_household.bus_url, *(aio_pika.Message(b"%d" % number) for number in range(3)))
    kept: list[bytes] = []

    async def keep(aside: SetAside) -> None:
        if aside.body == b"0":
            raise ValueError("no")
        kept.append(aside.body)

    with pytest.raises(ValueError, match="no"):
        await process.bus.empty_parking(keep)

    assert kept == [b"1", b"2"]
    await _until_lying(broker_household.bus_url, 1)


async def test_what_its_consumer_has_done_after_all_needs_nobody(broker_household: Household) -> None:
    process = await _begin(broker_household)
    await process.tell(added(1))
    await process.until_effects(("use", "1"))
    done = (await process.told())[0].body
    await _put_aside(broker_household.bus_url, aio_pika.Message(done, headers={"mycrm-consumer": QUEUE}))

    await _empty(process)

    assert await process.waiting() == []
    assert await _lying(broker_household.bus_url) == 0


async def test_an_event_that_waits_for_its_next_attempt_keeps_its_place(broker_household: Household) -> None:
    process = broker_household.begin()

    async def fail(event: Event, unit: UnitOfWork) -> None:
        del event, unit
        raise ValueError("not yet")

    await process.consume("use", CustomerAdded, handle=fail)
    await process.tell(added(1))
    await process.relay_all()
    waiting = await eventually(process.waiting, what="the failed delivery")
    body = (await process.told())[0].body
    await _put_aside(broker_household.bus_url, aio_pika.Message(body, headers={"mycrm-consumer": QUEUE}))

    await _empty(process)

    (row,) = await process.waiting()
    assert (row.state, row.last_error) == (waiting[0].state, waiting[0].last_error)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-death": "nonsense"},
        {"x-death": [], "mycrm-consumer": "客户"},
        {"x-death": [{"queue": "q" * 200, "reason": "", "count": "many"}]},
        {"x-death": ["nonsense"], "mycrm-reason": 7},
    ],
    ids=str,
)
async def test_whatever_the_headers_say_the_body_is_kept(
    broker_household: Household, headers: dict[str, Any]
) -> None:
    process = await _begin(broker_household)
    body = (await _told(process, added(1)))[0]
    await _put_aside(broker_household.bus_url, aio_pika.Message(body, headers=headers))

    await _empty(process)

    (row,) = await process.waiting()
    assert (row.consumer, row.type, row.body) == ("", "customer.added.v1", body)
    assert row.last_error


async def _told(process: Process, *events: Event) -> list[bytes]:
    await process.tell(*events)
    return [row.body for row in await process.told()]
