"""Parked events: listed with the reason, looked into, and tried again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mycrm_common.bus.codec import seal
from mycrm_common.db import deliveries
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.ids import new_id
from tests.component.api_service import ApiClient, api_service


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        await client.set_up()
        yield client


async def _park(api: ApiClient, customer_id: int) -> None:
    clock = api.runtime.clock
    event = CustomerAdded(customer_id=customer_id, email="buyer@example.com", version=1)
    envelope = seal(event, event_id=new_id(clock.now()), service="api", at=clock.now())
    async with api.runtime.unit_for("common")() as work:
        await deliveries.put(
            work,
            consumer="mycrm.verifier.checks.v1",
            envelope=envelope,
            at=work.at,
            attempts=6,
            state=deliveries.PARKED,
            error="ValueError: no",
        )


async def test_a_parked_event_is_shown_with_its_reason_and_its_bytes(api: ApiClient) -> None:
    await _park(api, 7)

    status, said, _ = await api.ask("GET", "/api/v1/events/parked")

    assert (status, said["total"]) == (200, 1)
    shown = said["items"][0]
    assert (shown["consumer"], shown["attempts"], shown["reason"]) == (
        "mycrm.verifier.checks.v1",
        6,
        "ValueError: no",
    )
    assert '"customer_id":7' in shown["body"]


async def test_one_or_all_are_tried_again_from_the_first_attempt(api: ApiClient) -> None:
    own = {"Origin": api.url}
    for number in range(3):
        await _park(api, number)
    first = (await api.ask("GET", "/api/v1/events/parked?limit=1"))[1]["items"][0]["id"]

    one = await api.ask("POST", f"/api/v1/events/parked/{first}/replay", headers=own)
    again = await api.ask("POST", f"/api/v1/events/parked/{first}/replay", headers=own)
    rest = await api.ask("POST", "/api/v1/events/parked/replay", headers=own)

    assert (one[0], one[1]["replayed"]) == (200, 1)
    assert (again[0], again[1]["code"]) == (404, "parked_not_found")
    assert rest[1]["replayed"] == 2
    async with api.runtime.database.reading() as reading:
        assert await deliveries.counts(reading) == {deliveries.READY: 3}
