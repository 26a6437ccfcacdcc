"""Acts on many customers, deleted ones, history and undo through the web door."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.component.api_service import ApiClient, api_service

PATH = "/api/v1/customers"
BULK = f"{PATH}/bulk"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def _added(api: ApiClient, *emails: str) -> list[int]:
    return [(await api.ask("POST", PATH, {"email": email}))[1]["id"] for email in emails]


def faults(said: Any) -> list[tuple[str, str]]:
    return [(fault["field"], fault["code"]) for fault in said["errors"]]


async def test_many_are_edited_and_it_is_undone_by_what_the_answer_names(api: ApiClient) -> None:
    ids = await _added(api, "a@example.com", "b@example.com")

    status, said, headers = await api.ask("POST", BULK, {"ids": [*ids, 999], "set": {"country": "中国"}})
    undo = await api.ask("POST", f"{PATH}/changes/{said['change_id']}/undo")

    assert (status, said["changed"], said["unchanged"], said["missing"]) == (200, 2, 0, [999])
    assert headers["Change-Id"] == said["change_id"]
    assert (undo[0], undo[1]["reversed"], undo[1]["kept"], undo[1]["failed"]) == (200, 2, [], [])
    assert [(await api.ask("GET", f"{PATH}/{one}"))[1]["country"] for one in ids] == ["", ""]


async def test_one_cell_is_undone_the_same_way(api: ApiClient) -> None:
    (one,) = await _added(api, "a@example.com")

    _, _, headers = await api.ask("PATCH", f"{PATH}/{one}", {"name": "X"}, headers={"If-Match": '"1"'})
    undo = await api.ask("POST", f"{PATH}/changes/{headers['Change-Id']}/undo")
    nothing = await api.ask("PATCH", f"{PATH}/{one}", {"name": ""})

    assert (undo[1]["reversed"], undo[2]["Change-Id"]) == (1, undo[1]["change_id"])
    assert (nothing[0], nothing[1]["version"], "Change-Id" in nothing[2]) == (200, 3, False)


async def test_who_was_deleted_is_listed_and_comes_back(api: ApiClient) -> None:
    (one,) = await _added(api, "a@example.com")
    deleted = await api.ask("DELETE", f"{PATH}/{one}")
    _, page, _ = await api.ask("GET", f"{PATH}/deleted?q=EXAMPLE")

    back = await api.ask("POST", f"{PATH}/{one}/restore")

    assert (deleted[0], "Change-Id" in deleted[2]) == (204, True)
    assert [(item["id"], item["deleted_by_name"]) for item in page["items"]] == [(one, "manager")]
    assert page["total"] == 1
    assert page["items"][0]["kept_until"] > page["items"][0]["deleted_at"]
    assert (back[0], back[1]["version"], back[2]["ETag"]) == (201, 2, '"2"')
    assert (await api.ask("GET", f"{PATH}/deleted"))[1]["items"] == []
    assert (await api.ask("POST", f"{PATH}/{one}/restore"))[1]["code"] == "customer_not_deleted"


async def test_a_new_customer_with_a_deleted_ones_address_is_told_of_it(api: ApiClient) -> None:
    (one,) = await _added(api, "a@example.com")
    await api.ask("PATCH", f"{PATH}/{one}", {"name": "李伟"})
    await api.ask("DELETE", f"{PATH}/{one}")

    status, said, _ = await api.ask("POST", PATH, {"email": "A@example.com"})
    refused = await api.ask("POST", f"{PATH}/{one}/restore")

    assert (status, said["deleted_before"]["id"], said["deleted_before"]["name"]) == (201, one, "李伟")
    assert "deleted_at" in said["deleted_before"]
    assert "deleted_before" not in (await api.ask("POST", PATH, {"email": "b@example.com"}))[1]
    assert (refused[0], refused[1]["customer_id"]) == (409, said["id"])


async def test_the_history_is_shown_also_of_who_is_deleted(api: ApiClient) -> None:
    (one,) = await _added(api, "a@example.com")
    await api.ask("PATCH", f"{PATH}/{one}", {"importance": 4})
    await api.ask("DELETE", f"{PATH}/{one}")

    status, said, _ = await api.ask("GET", f"{PATH}/{one}/history?limit=2")

    assert (status, said["total"], [item["how"] for item in said["items"]]) == (200, 3, ["deleted", "edited"])
    edit = said["items"][1]
    assert edit["changed"] == [{"field": "importance", "before": 0, "after": 4}]
    assert (edit["by_name"], edit["version"], edit["undoes"]) == ("manager", 2, None)
    assert (await api.ask("GET", f"{PATH}/999/history"))[1]["code"] == "customer_not_found"
    assert (await api.ask("GET", f"{PATH}/{one}/history?cursor=x"))[0] == 422


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, ("ids", "field_missing")),
        ({"ids": []}, ("ids", "list_short")),
        ({"ids": list(range(1, 10_002)), "delete": True}, ("ids", "list_long")),
        ({"ids": "1", "delete": True}, ("ids", "list_expected")),
        ({"ids": {"1": 1}, "delete": True}, ("ids", "list_expected")),
        ({"ids": ["1"], "delete": True}, ("ids.0", "number_expected")),
        ({"ids": [1, True], "delete": True}, ("ids.1", "number_expected")),
        ({"ids": [1.5], "delete": True}, ("ids.0", "number_expected")),
        ({"ids": [0], "delete": True}, ("ids.0", "number_small")),
        ({"ids": [-1], "delete": True}, ("ids.0", "number_small")),
        ({"ids": [2**63], "delete": True}, ("ids.0", "number_large")),
        ({"ids": [10**400], "delete": True}, ("ids.0", "number_large")),
        ({"ids": [None], "delete": True}, ("ids.0", "number_expected")),
        ({"ids": [1, 2, 1], "delete": True}, ("ids.2", "field_twice")),
        ({"ids": [1]}, ("set", "field_missing")),
        ({"ids": [1], "set": {}}, ("set", "field_missing")),
        ({"ids": [1], "set": None}, ("set", "field_missing")),
        ({"ids": [1], "set": {"name": "x"}, "delete": True}, ("delete", "fields_exclusive")),
        ({"ids": [1], "delete": False}, ("delete", "choice_unknown")),
        ({"ids": [1], "delete": "yes"}, ("delete", "choice_unknown")),
        ({"ids": [1], "set": {"email": "x@example.com"}}, ("set.email", "field_single")),
        ({"ids": [1], "set": {"version": 2}}, ("set.version", "field_read_only")),
        ({"ids": [1], "set": {"nmae": "x"}}, ("set.nmae", "field_unknown")),
        ({"ids": [1], "set": {"importance": "3"}}, ("set.importance", "number_expected")),
        ({"ids": [1], "set": {"importance": 6}}, ("set.importance", "number_large")),
        ({"ids": [1], "set": {"valid": 3}}, ("set.valid", "choice_unknown")),
        ({"ids": [1], "set": {"name": None}}, ("set.name", "text_expected")),
        ({"ids": [1], "set": {"name": "x" * 256}}, ("set.name", "text_long")),
        ({"ids": [1], "set": {"phone": "1\u0000"}}, ("set.phone", "text_unprintable")),
        ({"ids": [1], "set": {"address": "\u009b31m"}}, ("set.address", "text_unprintable")),
        ({"ids": [1], "set": {"name": "x"}, "all": True}, ("all", "field_unknown")),
    ],
)
async def test_what_is_wrong_with_an_act_on_many_is_told_by_field(
    api: ApiClient, form: Any, fault: tuple[str, str]
) -> None:
    (one,) = await _added(api, "a@example.com")
    before = (await api.ask("GET", f"{PATH}/{one}"))[1]

    status, said, _ = await api.ask("POST", BULK, raw=json.dumps(form).encode(), headers=JSON)

    assert (status, said["code"], faults(said)[0]) == (422, "request_invalid", fault)
    assert len(said["errors"]) == 1
    assert (await api.ask("GET", f"{PATH}/{one}"))[1] == before


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"ids": [1], "set": {"name": "\\ud800"}}', 422),
        (b'{"ids": [1], "set": {"name": "' + b"x" * 1_000_000 + b'"}}', 413),
        (b'{"ids": [1], "ids": [2], "delete": true}', 400),
        (b'{"ids": [1], "delete": true', 400),
        (b'{"ids": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b'{"ids": [NaN], "delete": true}', 400),
        (b"[1, 2]", 422),
        (b"null", 422),
        (b"\xff\xfe", 400),
    ],
)
async def test_a_body_that_cannot_be_is_refused_and_nobody_is_touched(
    api: ApiClient, raw: bytes, status: int
) -> None:
    (one,) = await _added(api, "a@example.com")

    answer = await api.ask("POST", BULK, raw=raw, headers=JSON)

    assert answer[0] == status, answer[1]
    assert "code" in answer[1]
    assert (await api.ask("GET", f"{PATH}/{one}"))[1]["version"] == 1


@pytest.mark.parametrize("name", ["x", "%00", "%ED%A0%80", "é", "..%2Fx", "x" * 5_000])
async def test_a_change_of_another_shape_is_not_found(api: ApiClient, name: str) -> None:
    status, said, _ = await api.ask("POST", f"{PATH}/changes/{name}/undo")

    assert (status, said["code"]) in {(404, "change_not_found"), (404, "not_found"), (400, "body_unreadable")}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=" + "x" * 321, "q"),
        ("q=%00", "q"),
        ("limit=0", "limit"),
        ("cursor=%FF", "cursor"),
        ("sort=id", "sort"),
    ],
)
async def test_a_list_of_the_deleted_that_cannot_be_is_refused(
    api: ApiClient, query: str, field: str
) -> None:
    status, said, _ = await api.ask("GET", f"{PATH}/deleted?{query}")

    assert (status, [name for name, _ in faults(said)]) == (422, [field])


@pytest.mark.parametrize("identity", ["0", "x", "-1", "9" * 30])
async def test_an_id_that_is_none_is_not_found(api: ApiClient, identity: str) -> None:
    for method, what in (("GET", "history"), ("POST", "restore")):
        assert (await api.ask(method, f"{PATH}/{identity}/{what}"))[0] == 404
