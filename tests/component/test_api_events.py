"""Parked events: listed with the reason, looked into, and tried again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mycrm_common.bus.codec import seal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.db import deliveries
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.ids import new_id
from tests.component.api_service import ApiClient, api_service
from tests.support.waiting import eventually

PARKED = "/api/v1/events/parked"
CONSUMER, OTHER = "mycrm.verifier.checks.v1", "mycrm.api.contact.v1"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        await client.set_up()
        yield client


async def _park(
    api: ApiClient, customer_id: int, *, consumer: str = CONSUMER, envelope: Envelope | None = None
) -> None:
    clock = api.runtime.clock
    event = CustomerAdded(customer_id=customer_id, email="buyer@example.com", version=1)
    sealed = seal(event, event_id=new_id(clock.now()), service="api", at=clock.now())
    async with api.runtime.unit_for("common")() as work:
        await deliveries.put(
            work,
            consumer=consumer,
            envelope=envelope or sealed,
            at=work.at,
            attempts=6,
            state=deliveries.PARKED,
            error="ValueError: no",
        )


async def _park_bytes(api: ApiClient, body: bytes) -> None:
    """Park what nobody can read, as it comes out of the broker's parking queue."""
    at = api.runtime.clock.now()
    unread = Envelope(id=new_id(at), type="", source="", subject="", time=at, data={}, body=body)
    await _park(api, 0, envelope=unread)


async def _ids(api: ApiClient) -> list[int]:
    return [item["id"] for item in (await api.ask("GET", PARKED))[1]["items"]]


async def test_a_parked_event_is_shown_with_its_reason_and_its_bytes(api: ApiClient) -> None:
    await _park(api, 7)

    status, said, _ = await api.ask("GET", PARKED)

    assert (status, said["total"]) == (200, 1)
    shown = said["items"][0]
    assert (shown["consumer"], shown["attempts"], shown["reason"]) == (
        CONSUMER,
        6,
        "ValueError: no",
    )
    assert '"customer_id":7' in shown["body"]


async def test_one_or_all_are_tried_again_from_the_first_attempt(api: ApiClient) -> None:
    own = {"Origin": api.url}
    for number in range(3):
        await _park(api, number)
    first = (await api.ask("GET", f"{PARKED}?limit=1"))[1]["items"][0]["id"]

    one = await api.ask("POST", f"{PARKED}/{first}/replay", headers=own)
    again = await api.ask("POST", f"{PARKED}/{first}/replay", headers=own)
    rest = await api.ask("POST", f"{PARKED}/replay", headers=own)

    assert (one[0], one[1]["replayed"]) == (200, 1)
    assert (again[0], again[1]["code"]) == (404, "parked_not_found")
    assert rest[1]["replayed"] == 2
    async with api.runtime.database.reading() as reading:
        assert await deliveries.counts(reading) == {deliveries.READY: 3}


async def test_one_event_is_shown_with_its_whole_body(api: ApiClient) -> None:
    await _park_bytes(api, b"\xff" + b"x" * 30_000)
    listed = (await api.ask("GET", PARKED))[1]["items"][0]

    status, one, _ = await api.ask("GET", f"{PARKED}/{listed['id']}")

    assert (status, one["body"]) == (200, r"\xff" + "x" * 30_000)
    assert one | {"body": ""} == listed | {"body": ""}
    assert len(listed["body"]) < 21_000
    assert (await api.ask("GET", f"{PARKED}/{listed['id'] + 1}"))[1]["code"] == "parked_not_found"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"consumer={OTHER}", 1),
        ("type=customer.added.v1", 2),
        (f"type=customer.added.v1&consumer={CONSUMER}", 1),
        ("type=other.v1", 0),
    ],
)
async def test_those_of_one_consumer_or_type_are_listed_and_tried_again(
    api: ApiClient, query: str, count: int
) -> None:
    await _park(api, 1)
    await _park(api, 2, consumer=OTHER)
    await _park_bytes(api, b"no event")

    listed = await api.ask("GET", f"{PARKED}?{query}")
    replayed = await api.ask("POST", f"{PARKED}/replay?{query}", headers={"Origin": api.url})

    assert (listed[1]["total"], len(listed[1]["items"])) == (count, count)
    assert replayed[1] == {"replayed": count}
    assert len(await _ids(api)) == 3 - count


async def test_what_nobody_can_read_stays_when_the_others_are_tried_again(api: ApiClient) -> None:
    own = {"Origin": api.url}
    await _park_bytes(api, b"\x00\xff no json")
    await _park(api, 1, consumer="")
    unread, unaddressed = sorted(await _ids(api))
    await _park(api, 2)

    refused = [await api.ask("POST", f"{PARKED}/{one}/replay", headers=own) for one in (unread, unaddressed)]
    every = await api.ask("POST", f"{PARKED}/replay", headers=own)

    assert [(status, said["code"]) for status, said, _ in refused] == [(409, "parked_unreadable")] * 2
    assert every[1] == {"replayed": 1}
    assert sorted(await _ids(api)) == [unread, unaddressed]
    shown = (await api.ask("GET", f"{PARKED}/{unread}"))[1]
    assert (shown["body"], shown["replayable"]) == (r"\x00\xff no json", False)


async def test_very_many_are_tried_again_each_of_them_once(api: ApiClient) -> None:
    for number in range(401):
        await _park(api, number)

    said = await api.ask("POST", f"{PARKED}/replay", headers={"Origin": api.url})

    assert said[1] == {"replayed": 401}
    assert await _ids(api) == []


async def test_the_log_tells_who_tried_them_again(tmp_path: Path) -> None:
    async with api_service(tmp_path, log_level="info") as api:
        await api.set_up()
        await _park(api, 1)
        await api.ask("POST", f"{PARKED}/replay", headers={"Origin": api.url})

        async def told() -> list[str]:
            lines = (await api.ask("GET", "/api/v1/logs/api"))[1]["items"]
            return [line["text"] for line in lines if line["action"] == "events.replayed"]

        (text,) = await eventually(told, what="the line in the log")

    assert "by=manager" in text
