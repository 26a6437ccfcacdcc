"""Customers through the web door."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.component.api_service import ApiClient, api_service

PATH = "/api/v1/customers"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


def faults(said: Any) -> list[tuple[str, str]]:
    return [(fault["field"], fault["code"]) for fault in said["errors"]]


async def test_only_the_email_is_required_of_a_new_customer(api: ApiClient) -> None:
    status, said, headers = await api.ask("POST", PATH, {"email": "li.wei@example.cn"})

    assert (status, headers["ETag"]) == (201, '"1"')
    assert datetime.fromisoformat(said["created_at"]).utcoffset() is not None
    assert {name: said[name] for name in said if not name.endswith("_at")} == {
        **dict.fromkeys(("name", "company", "country", "address", "phone", "website", "comment"), ""),
        **dict.fromkeys(("last_contact_date", "last_checked_date")),
        "id": said["id"],
        "email": "li.wei@example.cn",
        "importance": 0,
        "valid": 2,
        "version": 1,
        "last_checked_log": "",
    }
    assert (await api.ask("GET", f"{PATH}/{said['id']}"))[1] == said


async def test_a_record_is_edited_only_as_it_was_seen(api: ApiClient) -> None:
    customer = (await api.ask("POST", PATH, {"email": "a@example.com"}))[1]
    one = f"{PATH}/{customer['id']}"

    first = await api.ask("PATCH", one, {"name": "First", "importance": 5}, headers={"If-Match": '"1"'})
    stale = await api.ask("PATCH", one, {"name": "Second"}, headers={"If-Match": '"1"'})
    blind = await api.ask("PATCH", one, {"name": "Third"})
    gone = await api.ask("DELETE", one, headers={"If-Match": '"1"'})

    assert (first[0], first[2]["ETag"], first[1]["name"], first[1]["importance"]) == (200, '"2"', "First", 5)
    assert (stale[0], stale[1]["code"]) == (409, "customer_version_stale")
    assert (stale[1]["current"], stale[1]["yours"]) == (2, 1)
    assert (blind[0], blind[1]["version"]) == (200, 3)
    assert gone[0] == 409


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, ("email", "field_missing")),
        ({"email": "nobody"}, ("email", "email_invalid")),
        ({"email": 7}, ("email", "text_expected")),
        ({"email": "a@example.com", "importance": 6}, ("importance", "number_large")),
        ({"email": "a@example.com", "importance": "3"}, ("importance", "number_expected")),
        ({"email": "a@example.com", "importance": True}, ("importance", "number_expected")),
        ({"email": "a@example.com", "valid": 3}, ("valid", "choice_unknown")),
        ({"email": "a@example.com", "name": None}, ("name", "text_expected")),
        ({"email": "a@example.com", "name": "x" * 256}, ("name", "text_long")),
        ({"email": "a@example.com", "phone": "1\u0000"}, ("phone", "text_unprintable")),
        ({"email": "a@example.com", "nmae": "x"}, ("nmae", "field_unknown")),
        ({"email": "a@example.com", "version": 1}, ("version", "field_read_only")),
    ],
)
async def test_what_is_wrong_is_told_by_field(api: ApiClient, form: Any, fault: tuple[str, str]) -> None:
    status, said, _ = await api.ask("POST", PATH, form)

    assert (status, said["code"], faults(said)) == (422, "request_invalid", [fault])
    assert (await api.ask("GET", PATH))[1]["total"] == 0


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "last_contact_date",
        "last_checked_date",
        "last_checked_log",
        "version",
        "created_at",
        "updated_at",
    ],
)
async def test_what_machines_find_out_is_not_written_by_people(api: ApiClient, name: str) -> None:
    customer = (await api.ask("POST", PATH, {"email": "a@example.com"}))[1]

    status, said, _ = await api.ask("PATCH", f"{PATH}/{customer['id']}", {name: customer[name], "name": "x"})

    assert (status, faults(said)) == (422, [(name, "field_read_only")])
    assert (await api.ask("GET", f"{PATH}/{customer['id']}"))[1] == customer


async def test_an_address_that_somebody_has_names_the_owner(api: ApiClient) -> None:
    owner = (await api.ask("POST", PATH, {"email": "a@example.com"}))[1]

    status, said, _ = await api.ask("POST", PATH, {"email": "A@EXAMPLE.com"})

    assert (status, said["code"], said["customer_id"]) == (409, "customer_email_taken", owner["id"])
    assert faults(said) == [("email", "customer_email_taken")]


async def test_rich_text_is_harmless_before_it_is_kept(api: ApiClient) -> None:
    comment = "<p onclick='x'>下周<b>见</b></p><script>alert(1)</script>"

    said = (await api.ask("POST", PATH, {"email": "a@example.com", "comment": comment}))[1]

    assert said["comment"] == "<p>下周<b>见</b></p>"


async def test_who_is_deleted_is_gone(api: ApiClient) -> None:
    customer = (await api.ask("POST", PATH, {"email": "a@example.com"}))[1]
    one = f"{PATH}/{customer['id']}"

    deleted = await api.ask("DELETE", one)
    again = [
        (await api.ask(method, one, body))[0]
        for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None))
    ]

    assert (deleted[0], deleted[1]) == (204, "")
    assert again == [404, 404, 404]


@pytest.mark.parametrize("identity", ["0", "x", "1.5", "-1", "9" * 30, "１"])
async def test_an_id_that_is_none_is_not_found(api: ApiClient, identity: str) -> None:
    assert (await api.ask("GET", f"{PATH}/{identity}"))[0] == 404


async def test_the_list_is_turned_page_by_page_and_back(api: ApiClient) -> None:
    for number in range(5):
        await api.ask("POST", PATH, {"email": f"c{number}@example.com", "valid": 0 if number == 2 else 1})

    first = (await api.ask("GET", f"{PATH}?limit=2&sort=-email&only_valid=true"))[1]
    last = (
        await api.ask("GET", f"{PATH}?limit=2&sort=-email&only_valid=true&cursor={first['next_cursor']}")
    )[1]
    back = (
        await api.ask("GET", f"{PATH}?limit=2&sort=-email&only_valid=true&cursor={last['previous_cursor']}")
    )[1]

    emails = [[item["email"].partition("@")[0] for item in page["items"]] for page in (first, last, back)]
    assert emails == [["c4", "c3"], ["c1", "c0"], ["c4", "c3"]]
    assert (first["total"], first["previous_cursor"], last["next_cursor"]) == (4, None, None)
    assert back == first


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "number_small"),
        ("limit=201", "limit", "number_large"),
        ("limit=x", "limit", "number_expected"),
        ("sort=password", "sort", "choice_unknown"),
        ("cursor=abc", "cursor", "cursor_invalid"),
        ("only_valid=perhaps", "only_valid", "boolean_expected"),
        ("page=2", "page", "field_unknown"),
    ],
)
async def test_a_list_that_cannot_be_is_refused(api: ApiClient, query: str, field: str, code: str) -> None:
    status, said, _ = await api.ask("GET", f"{PATH}?{query}")

    assert (status, faults(said)) == (422, [(field, code)])
