"""The follow-up list and the statistics through the web door."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert

from mycrm_common.db.tables.messages import messages
from tests.component.api_service import ApiClient, api_service

API = "/api/v1"
FOLLOWUPS, CUSTOMERS = f"{API}/followups", f"{API}/customers"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path, time_zone="Asia/Shanghai") as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def add(api: ApiClient, email: str, **fields: Any) -> int:
    status, said, _ = await api.ask("POST", CUSTOMERS, {"email": email, **fields})
    assert status == 201, said
    return int(said["id"])


async def emails(api: ApiClient, query: str = "") -> list[str]:
    status, said, _ = await api.ask("GET", f"{FOLLOWUPS}{query}")
    assert status == 200, said
    return [item["email"] for item in said["items"]]


async def test_the_list_goes_by_what_is_asked_and_else_by_the_settings(api: ApiClient) -> None:
    for stars in range(6):
        await add(api, f"c{stars}@example.com", importance=stars)
    await add(api, "gone@example.com", importance=5, valid=0)

    assert await emails(api) == [f"c{stars}@example.com" for stars in range(1, 6)]
    assert await emails(api, "?operator==&importance=0") == ["c0@example.com"]
    assert await emails(api, f"?operator={quote('>')}&importance=4&days=0") == ["c5@example.com"]

    chosen = {"followup_importance_operators": ">", "followup_importance": 3, "followup_days": 7}
    status, said, _ = await api.ask("PATCH", f"{API}/settings", chosen)

    assert (status, {name: said[name] for name in chosen}) == (200, chosen)
    assert await emails(api) == ["c4@example.com", "c5@example.com"]
    assert await emails(api, f"?operator={quote('>=')}") == [f"c{stars}@example.com" for stars in (3, 4, 5)]


async def test_an_item_is_the_customer_and_why_it_is_there(api: ApiClient) -> None:
    customer_id = await add(api, "a@example.com", importance=3, company="蓝光科技")

    (item,) = (await api.ask("GET", FOLLOWUPS))[1]["items"]
    customer = (await api.ask("GET", f"{CUSTOMERS}/{customer_id}"))[1]

    why = {"company_last_contact": None, "due_since": None, "snoozed_until": None, "done_at": None}
    assert item == customer | why


async def test_pages_lead_on_and_back(api: ApiClient) -> None:
    for number in range(3):
        await add(api, f"c{number}@example.com", importance=1)

    first = (await api.ask("GET", f"{FOLLOWUPS}?limit=2"))[1]
    second = (await api.ask("GET", f"{FOLLOWUPS}?limit=2&cursor={first['next_cursor']}"))[1]
    back = (await api.ask("GET", f"{FOLLOWUPS}?limit=2&cursor={second['previous_cursor']}"))[1]
    another = await api.ask("GET", f"{FOLLOWUPS}?days=3&cursor={first['next_cursor']}")

    assert (first["total"], first["previous_cursor"], second["next_cursor"]) == (3, None, None)
    assert [item["email"] for item in second["items"]] == ["c2@example.com"]
    assert back["items"] == first["items"]
    assert (another[0], another[1]["code"]) == (422, "cursor_invalid")


async def test_a_customer_is_snoozed_and_woken(api: ApiClient) -> None:
    customer_id = await add(api, "a@example.com", importance=1)
    snooze = f"{FOLLOWUPS}/{customer_id}/snooze"

    status, mark, _ = await api.ask("POST", snooze, {"days": 3})
    hidden = (await api.ask("GET", f"{FOLLOWUPS}?hidden=true"))[1]["items"]
    gone = await emails(api)
    woken = await api.ask("DELETE", snooze)

    assert (status, mark["customer_id"], mark["done_at"]) == (201, customer_id, None)
    # Midnight in Shanghai.
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT16:00:00Z", mark["snoozed_until"])
    assert (gone, [item["snoozed_until"] for item in hidden]) == ([], [mark["snoozed_until"]])
    assert (woken[0], await emails(api)) == (204, ["a@example.com"])


async def test_a_customer_is_done_with_and_taken_up_again(api: ApiClient) -> None:
    customer_id = await add(api, "a@example.com", importance=1)
    done = f"{FOLLOWUPS}/{customer_id}/done"

    status, mark, _ = await api.ask("POST", done)
    gone = await emails(api)
    customer = (await api.ask("GET", f"{CUSTOMERS}/{customer_id}"))[1]
    reopened = await api.ask("DELETE", done)

    assert (status, mark["snoozed_until"], gone) == (201, None, [])
    assert mark["done_at"] is not None
    assert (customer["last_contact_date"], customer["version"]) == (None, 1)
    assert (reopened[0], await emails(api)) == (204, ["a@example.com"])


@pytest.mark.parametrize(("method", "act"), [("POST", "done"), ("DELETE", "done"), ("DELETE", "snooze")])
async def test_a_customer_who_is_not_there_is_not_found(api: ApiClient, method: str, act: str) -> None:
    for unknown in ("7", "x"):
        status, said, _ = await api.ask(method, f"{FOLLOWUPS}/{unknown}/{act}")
        assert (status, said["code"]) == (404, "customer_not_found" if unknown == "7" else "not_found")


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/followups?operator=<", ("operator", "choice_unknown")),
        ("/followups?importance=6", ("importance", "number_large")),
        ("/followups?days=-1", ("days", "number_small")),
        ("/followups?days=x", ("days", "number_expected")),
        ("/followups?sort=email_key", ("sort", "choice_unknown")),
        ("/followups?limit=201", ("limit", "number_large")),
        ("/followups?day=3", ("day", "field_unknown")),
        ("/statistics/messages?weeks=0", ("weeks", "number_small")),
        ("/statistics/messages?weeks=521", ("weeks", "number_large")),
    ],
)
async def test_a_wrong_question_is_told_by_its_field(
    api: ApiClient, path: str, fault: tuple[str, str]
) -> None:
    status, said, _ = await api.ask("GET", API + path)

    assert (status, [(one["field"], one["code"]) for one in said["errors"]]) == (422, [fault])


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"days": 0}, "number_small"),
        ({"days": 3_651}, "number_large"),
        ({"days": "3"}, "number_expected"),
        ({}, "field_missing"),
    ],
)
async def test_nobody_is_snoozed_for_a_time_that_is_none(api: ApiClient, form: Any, code: str) -> None:
    customer_id = await add(api, "a@example.com")

    status, said, _ = await api.ask("POST", f"{FOLLOWUPS}/{customer_id}/snooze", form)

    assert (status, [(one["field"], one["code"]) for one in said["errors"]]) == (422, [("days", code)])


async def test_customers_are_counted_by_rating_and_validity(api: ApiClient) -> None:
    await add(api, "a@example.com", importance=5, valid=1)
    await add(api, "b@example.com", importance=5)

    status, said, _ = await api.ask("GET", f"{API}/statistics/customers")

    assert (status, len(said["items"])) == (200, 18)
    assert [item for item in said["items"] if item["count"]] == [
        {"importance": 5, "valid": 1, "count": 1},
        {"importance": 5, "valid": 2, "count": 1},
    ]


async def test_mail_is_counted_for_twenty_weeks_or_as_many_as_are_asked_for(api: ApiClient) -> None:
    now = api.runtime.clock.now()
    async with api.runtime.unit_for("mail-fetcher")() as work:
        await work.connection.execute(insert(messages).values(**_mail(now)))

    usual = (await api.ask("GET", f"{API}/statistics/messages"))[1]["items"]
    one = (await api.ask("GET", f"{API}/statistics/messages?weeks=1"))[1]["items"]

    # Around midnight on a Sunday the week may have ended meanwhile.
    weeks = {(now + timedelta(hours=8, seconds=more)).strftime("%G-W%V") for more in (0, 60)}
    assert len(usual) == 20
    assert usual[-1]["week"] in weeks
    assert sum(week["receive"] for week in usual) == 1
    assert sum(week["sendto"] for week in usual) == 0
    assert len(one) == 1


def _mail(date: datetime) -> dict[str, Any]:
    return {
        "sender": "a@example.com",
        "date": date,
        "type": "receive",
        "subject": "",
        "content": "",
        "message_id": "",
        "sender_address": "a@example.com",
        "attachments": "[]",
        "blocked_images": 0,
        "stored_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
