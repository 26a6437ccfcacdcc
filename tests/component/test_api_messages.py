"""Messages through the web door."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_mail_fetcher.adapters.html import sanitise
from tests.component.api_service import ApiClient, api_service
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
PICTURE = '<p>你好</p><script>alert(1)</script><img src="https://127.0.0.1/a.png" width="20">'


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is in the database when the service starts."""

    customer_id: int
    received: int
    sent: int
    notice: int


@pytest.fixture
async def kept(tmp_path: Path) -> Kept:
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"))
    await schema.migrate(database)
    office = Office(database)
    customer = await office.add("old@example.com")
    content = sanitise(PICTURE).html
    received = await office.store_mail(DAY, kind="receive", sender="old@example.com", content=content)
    sent = await office.store_mail(DAY + timedelta(days=1), to=["new@example.com"])
    notice = await office.store_mail(DAY, kind="system", sender="postmaster@example.com")
    await office.edit(customer.id, email="new@example.com")
    await database.close()
    return Kept(
        customer_id=customer.id,
        received=received.message_id,
        sent=sent.message_id,
        notice=notice.message_id,
    )


@pytest.fixture
async def api(tmp_path: Path, kept: Kept) -> AsyncIterator[ApiClient]:
    assert kept.customer_id
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def test_a_customers_messages_are_those_of_all_its_addresses_newest_first(
    api: ApiClient, kept: Kept
) -> None:
    path = f"/api/v1/customers/{kept.customer_id}/messages"
    status, said, _ = await api.ask("GET", path)
    first = (await api.ask("GET", f"{path}?limit=1"))[1]
    second = (await api.ask("GET", f"{path}?limit=1&cursor={first['next_cursor']}"))[1]

    assert status == 200
    assert [item["id"] for item in said["items"]] == [kept.sent, kept.received]
    assert said["total"] == 2
    assert [*first["items"], *second["items"]] == said["items"]
    assert said["items"][1] == {
        "id": kept.received,
        "sender": "old@example.com",
        "date": "2026-01-10T08:30:00Z",
        "type": "receive",
        "subject": "Subject",
        "content": '<p>你好</p><img data-remote-src="https://127.0.0.1/a.png" width="20">',
        "addresses": ["old@example.com"],
        "blocked_images": 0,
        "thread": None,
        "thread_size": 1,
        "attachments": [],
    }
    assert (await api.ask("GET", f"/api/v1/messages/{kept.received}"))[1] == said["items"][1]


async def test_messages_are_found_and_counted_by_address_and_type(api: ApiClient, kept: Kept) -> None:
    by_address = (await api.ask("GET", "/api/v1/messages?address=OLD@example.com"))[1]
    by_type = (await api.ask("GET", "/api/v1/messages?type=system"))[1]
    counts = [
        (await api.ask("GET", f"/api/v1/messages/count{query}"))[1]
        for query in (
            *("", "?type=system", "?address=old@example.com", f"?customer_id={kept.customer_id}"),
            f"?customer_id={kept.customer_id}&type=sendto",
        )
    ]

    assert [item["id"] for item in by_address["items"]] == [kept.received]
    assert [item["id"] for item in by_type["items"]] == [kept.notice]
    assert counts == [{"count": number} for number in (3, 1, 1, 2, 1)]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("customers/999/messages", 404, "customer_not_found"),
        ("messages/count?customer_id=999", 404, "customer_not_found"),
        ("messages/999", 404, "message_not_found"),
        ("messages/999/body", 404, "message_not_found"),
        ("messages?type=letter", 422, "request_invalid"),
        ("messages?cursor=x", 422, "cursor_invalid"),
        ("messages/count?customer_id=1&address=a@example.com", 422, "request_invalid"),
        ("messages/1/body?images=all", 422, "request_invalid"),
    ],
)
async def test_what_is_not_there_or_makes_no_sense_is_told(
    api: ApiClient, path: str, status: int, code: str
) -> None:
    answered, said, _ = await api.ask("GET", f"/api/v1/{path}")

    assert (answered, said["code"]) == (status, code)


async def test_a_text_comes_as_a_page_of_its_own_with_its_own_policy(api: ApiClient, kept: Kept) -> None:
    status, page, headers = await api.ask("GET", f"/api/v1/messages/{kept.received}/body")
    _, shown, with_images = await api.ask("GET", f"/api/v1/messages/{kept.received}/body?images=remote")

    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<p>你好</p>" in page
    assert " src=" not in page
    assert "img-src data:;" in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("sandbox allow-popups ")
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    # The own network is not asked, whatever a mail says: the image goes on waiting.
    assert (shown, with_images["Content-Security-Policy"]) == (page, headers["Content-Security-Policy"])


async def test_a_text_is_not_for_strangers(api: ApiClient, kept: Kept) -> None:
    await api.ask("DELETE", "/api/v1/session")

    assert (await api.ask("GET", f"/api/v1/messages/{kept.received}/body"))[0] == 401


async def test_words_are_found_and_a_conversation_of_one_is_that_one(api: ApiClient, kept: Kept) -> None:
    found = (await api.ask("GET", "/api/v1/messages?q=你好"))[1]
    nothing = (await api.ask("GET", "/api/v1/messages?q=alert"))[1]
    of_customer = (await api.ask("GET", f"/api/v1/customers/{kept.customer_id}/messages?q=HELLO"))[1]
    alone = (await api.ask("GET", f"/api/v1/messages/{kept.sent}/thread"))[1]
    missing = await api.ask("GET", "/api/v1/messages/999/thread")

    assert [item["id"] for item in found["items"]] == [kept.received]
    assert (found["total"], nothing["items"]) == (None, [])
    assert [item["id"] for item in of_customer["items"]] == [kept.sent]
    assert ([item["id"] for item in alone["items"]], alone["total"]) == ([kept.sent], 1)
    assert (missing[0], missing[1]["code"]) == (404, "message_not_found")
