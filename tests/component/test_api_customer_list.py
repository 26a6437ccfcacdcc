"""The list of the customers through HTTP: searched, entered anywhere, and refused by field."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.component.api_service import ApiClient, api_service
from tests.support.waiting import eventually

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
PEOPLE: tuple[dict[str, Any], ...] = (
    {"email": "li@example.com", "name": "张伟", "company": "蓝光 光学", "importance": 3, "country": "中国"},
    {"email": "ann@example.test", "name": "Ann Lee", "company": "Blue Optics", "importance": 5, "valid": 0},
    {"email": "bob@example.com", "name": "Bob", "comment": "<p>wants <b>len</b>ses &amp; 50%</p>"},
)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        await client.set_up()
        for person in PEOPLE:
            status, said, _ = await client.ask("POST", "/api/v1/customers", person, headers=SAME_ORIGIN)
            assert status == 201, said
        yield client


async def _list(api: ApiClient, **query: Any) -> tuple[int, Any]:
    status, said, _ = await api.ask("GET", f"/api/v1/customers?{urlencode(query)}")
    return status, said


async def _found(api: ApiClient, **query: Any) -> list[str]:
    status, said = await _list(api, **query)
    assert status == 200, said
    return [item["email"].partition("@")[0] for item in said["items"]]


async def test_customers_are_found_by_their_texts_and_ratings(api: ApiClient) -> None:
    assert await _found(api, q="伟") == ["li"]
    assert await _found(api, q="optics lee") == ["ann"]
    assert await _found(api, q="lenses & 50%") == ["bob"]
    assert await _found(api, field="company", value="蓝光光") == ["li"]
    assert await _found(api, field="importance", value=">=3", sort="-importance") == ["ann", "li"]
    assert await _found(api, field="importance", value=">=3", only_valid="true") == ["li"]
    assert await _found(api, country="中国") == ["li"]
    assert await _found(api, q="%") == ["bob"]
    assert await _found(api, q="nobody") == []
    assert await _found(api, q="  ", field="name", value="") == ["ann", "bob", "li"]


async def test_the_index_follows_by_itself_and_finds_the_same(api: ApiClient) -> None:
    async def nothing_waits() -> bool:
        from mycrm_api.store.search_index import anything_waits

        async with api.runtime.database.reading() as look:
            return not await anything_waits(look)

    await eventually(nothing_waits, what="the index holds everybody")

    assert await _found(api, q="伟") == ["li"]
    assert await _found(api, q="blue") == ["ann"]
    assert await _found(api, q="example") == ["ann", "bob", "li"]


async def test_a_page_says_where_it_is_and_how_exact_that_is(api: ApiClient) -> None:
    status, said = await _list(api, near=0.5, limit=1, sort="name")

    assert status == 200
    assert (said["total"], said["approximate"], said["position"]) == (3, False, 2)
    assert said["previous_cursor"] is not None
    _, first = await _list(api, limit=1)
    assert (first["position"], first["unindexed"]) == (None, 0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"field": "id", "value": "1"}, "field"),
        ({"value": "x"}, "field"),
        ({"field": "importance", "value": "many"}, "value"),
        ({"near": "1.5"}, "near"),
        ({"near": "middle"}, "near"),
        ({"near": "nan"}, "near"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a b c d e f g h i"}, "q"),
        ({"sort": "nothing"}, "sort"),
        ({"cursor": "nothing"}, "cursor"),
        ({"serach": "x"}, "serach"),
        ({"q": "\x00"}, "q"),
        ({"field": "name", "value": "\x07"}, "value"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_name(
    api: ApiClient, query: dict[str, str], field: str
) -> None:
    status, said = await _list(api, **query)

    assert status == 422, said
    assert [fault["field"] for fault in said["errors"]] == [field]
