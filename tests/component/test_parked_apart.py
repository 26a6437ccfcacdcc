"""What the broker set aside, from the queue to the operator's screen, with services in processes of their own."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
import pytest

from mycrm_common.bus.codec import seal
from mycrm_common.bus.topology import EXCHANGE, PARKED, PARKING_ARGUMENTS
from mycrm_common.events.messages import MessageStored
from mycrm_common.ids import new_id
from tests.support.command import mycrm
from tests.support.ports import free_port
from tests.support.process import ChildProcess, python_module
from tests.support.waiting import eventually

CONTACT = "mycrm.api.contact.v1"


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with (
        await aio_pika.connect(url) as connection,
        connection.channel(on_return_raises=True) as channel,
    ):
        yield channel


async def _put_aside(url: str, *bodies: bytes) -> None:
    async with _channel(url) as channel:
        await channel.declare_queue(PARKED, durable=True, arguments=dict(PARKING_ARGUMENTS))
        for body in bodies:
            message = aio_pika.Message(body, headers={"mycrm-consumer": CONTACT}, delivery_mode=2)
            await channel.default_exchange.publish(message, PARKED)


async def _is_told(url: str, body: bytes) -> bool:
    """Publish, and tell whether somebody listens: a service takes work before its queues are bound."""
    async with _channel(url) as channel:
        exchange = await channel.get_exchange(EXCHANGE)
        try:
            await exchange.publish(aio_pika.Message(body), "message.stored.v1")
        except aio_pika.exceptions.PublishError:
            return False
    return True


def _event() -> bytes:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    event = MessageStored(
        message_id=1, type="receive", date=at, sender_address="buyer@example.com", addresses=()
    )
    return seal(event, event_id=new_id(at), service="mail-fetcher", at=at).body


async def _ready(client: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with client.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def _api(folder: Path, settings: Mapping[str, str], *, log_name: str) -> AsyncIterator[ChildProcess]:
    port = free_port()
    environment = {**settings, "MYCRM_HTTP_PORT": str(port)}
    async with (
        aiohttp.ClientSession() as client,
        python_module("mycrm_api", folder=folder, environment=environment, log_name=log_name) as child,
    ):
        if "MYCRM_FAILPOINT" not in settings:
            await child.until(partial(_ready, client, port), what="the API to be ready", seconds=60)
        yield child


@pytest.mark.servers("mariadb", "rabbitmq")
async def test_dead_letters_are_listed_and_tried_again_although_the_process_that_took_them_died(
    tmp_path: Path, mariadb_url: str, rabbitmq_url: str
) -> None:
    settings = {
        "MYCRM_DATABASE_URL": mariadb_url,
        "MYCRM_BUS_URL": rabbitmq_url,
        "MYCRM_SECRET_KEY": "a key of more than 32 characters, yes",
    }
    assert (await mycrm("migrate", folder=tmp_path, **settings)).code == 0
    await _put_aside(rabbitmq_url, b"\x00 no event", _event())

    async def parked() -> list[dict[str, Any]]:
        ended = await mycrm("events", "parked", "--json", folder=tmp_path, **settings)
        assert ended.code == 0, ended.err
        items: list[dict[str, Any]] = json.loads(ended.out)["items"]
        return items

    dying = settings | {"MYCRM_FAILPOINT": "parking.kept"}
    async with _api(tmp_path, dying, log_name="dying.log") as child:
        assert await child.wait(seconds=60) == 137, child.output()
    assert len(await parked()) == 1

    async with _api(tmp_path, settings, log_name="api.log") as child:
        telling = partial(_is_told, rabbitmq_url, b"nobody can read this")
        await eventually(telling, what="a queue for it", seconds=60, every_seconds=0.2)

        async def three() -> bool:
            return len(await parked()) == 3

        # The dead one's lease has to run out first.
        await eventually(three, what="all that was set aside", seconds=120, every_seconds=1)
        replayed = await mycrm("events", "replay", "--all", folder=tmp_path, **settings)
        assert replayed.out == "events that will be tried again: 1\n"

        async def two() -> bool:
            return len(await parked()) == 2

        await eventually(two, what="the end of the one that can be done", seconds=30, every_seconds=1)
        left = await parked()
        assert child.running, child.output()
    assert {item["consumer"] for item in left} == {CONTACT}
    assert [item["replayable"] for item in left] == [False, False]
    assert sorted(item["body"] for item in left) == [r"\x00 no event", "nobody can read this"]
    async with _channel(rabbitmq_url) as channel:
        queue = await channel.declare_queue(PARKED, passive=True)
        assert queue.declaration_result.message_count == 0
