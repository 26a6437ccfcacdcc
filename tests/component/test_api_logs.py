"""Logs live through the web door, and lines that belong to no service."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from mycrm_common.db.tables.logs import logs
from mycrm_common.logs import LEVELS
from tests.component.api_service import ApiClient, api_service
from tests.component.event_stream import listening_to
from tests.support.waiting import eventually

LOG = "/api/v1/logs/backup"
AT = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path, log_level="warning") as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def _write(api: ApiClient, number: int, *, service: str = "backup", level: str = "info") -> None:
    row = {"at": AT, "service": service, "level": LEVELS[level], "action": f"a{number}", "text": "报价 t"}
    async with api.runtime.unit_for("common")() as work:
        await work.connection.execute(insert(logs).values(id=number, correlation_id="", **row))


def _tail(api: ApiClient, query: str = "", place: str | None = None) -> Any:
    headers = {} if place is None else {"Last-Event-ID": place}
    return listening_to(api.session, f"{api.url}{LOG}/stream{query}", headers=headers)


async def test_new_lines_are_told_as_they_come_and_lines_of_others_are_not(api: ApiClient) -> None:
    await _write(api, 1_001)
    async with _tail(api) as tail:
        await _write(api, 1_002, service="verifier")
        await _write(api, 1_003)
        heard = await tail.next()

    assert (heard.place, heard.data["action"], heard.data["service"]) == ("1003", "a1003", "backup")


async def test_a_tail_goes_on_where_it_was_and_can_be_narrowed(api: ApiClient) -> None:
    for number, level in ((1_001, "error"), (1_002, "info"), (1_003, "warning")):
        await _write(api, number, level=level)

    async with _tail(api, "?level=warning&q=报价&after=1") as tail:
        whole = [(await tail.next()).data["action"] for _ in range(2)]
    async with _tail(api, place="1001") as tail:
        rest = [(await tail.next()).data["action"] for _ in range(2)]

    assert (whole, rest) == (["a1001", "a1003"], ["a1002", "a1003"])


async def test_a_line_that_comes_into_sight_late_is_told_once_all_the_same(api: ApiClient) -> None:
    await _write(api, 1_001)
    async with _tail(api) as tail:
        await _write(api, 1_010)
        first = await tail.next()
        await _write(api, 1_005)
        late = await tail.next()
        await _write(api, 1_011)
        last = await tail.next()

    assert [(one.place, one.data["action"]) for one in (first, late, last)] == [
        ("1010", "a1010"),
        ("1010", "a1005"),
        ("1011", "a1011"),
    ]


async def test_a_tail_of_no_service_is_refused(api: ApiClient) -> None:
    status, said, _ = await api.ask("GET", "/api/v1/logs/kernel/stream")

    assert (status, said["code"]) == (404, "log_not_found")


async def test_what_the_relay_and_the_bus_log_is_read_with_a_service(api: ApiClient) -> None:
    api.runtime.log.bind(service="relay").warning("relay.met", count=3)
    api.runtime.log.warning("bare")

    async def read() -> list[str]:
        said = (await api.ask("GET", "/api/v1/logs/api?level=warning"))[1]
        return [f"{item['action']}: {item['text']}" for item in said["items"]][::-1]

    async def are_there() -> bool:
        return len(await read()) == 2

    await eventually(are_there, what="both lines are written")
    assert await read() == ["relay.met: part=relay count=3", "bare: "]
