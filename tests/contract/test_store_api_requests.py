"""How long a request is remembered, on both databases."""

import pytest
from sqlalchemy import select

from mycrm_api.store import requests
from mycrm_api.usecases.forget_requests import forget_requests
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.requests import requests as table
from tests.contract.api_office import Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _put(office: Office, request_id: str, *, sealed: str | None) -> None:
    async with office.unit() as work:
        await requests.put_request(
            work, request_id, noun="mailbox", verb="test", parameters={}, sealed=sealed
        )


async def _left(office: Office) -> set[str]:
    await forget_requests(requests=requests, unit=office.unit)
    async with office.reading() as reading:
        return set((await reading.connection.execute(select(table.c.id))).scalars())


async def test_a_secret_that_nobody_has_used_is_forgotten_after_an_hour(office: Office) -> None:
    await _put(office, "with", sealed="v1:sealed")
    await _put(office, "answered", sealed="v1:sealed")
    await _put(office, "without", sealed=None)
    async with office.unit() as work:
        await requests.close_request(work, "answered")

    office.clock.advance(minutes=59)
    assert await _left(office) == {"with", "answered", "without"}
    office.clock.advance(minutes=2)
    assert await _left(office) == {"answered", "without"}


async def test_a_request_can_be_asked_after_for_a_week(office: Office) -> None:
    async with office.unit() as work:
        for number in range(1_203):
            await requests.put_request(
                work, f"{number}", noun="mailbox", verb="test", parameters={}, sealed=None
            )
    office.clock.advance(days=6)
    await _put(office, "new", sealed=None)

    assert len(await _left(office)) == 1_204
    office.clock.advance(days=2)
    assert await _left(office) == {"new"}
