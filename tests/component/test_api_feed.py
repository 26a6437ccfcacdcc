"""The feed of events through the web door: listed, and live."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import delete, func, select

from mycrm_common.db.tables.events import outbox
from mycrm_common.events.mailboxes import MailboxFailed, MailboxSynced
from tests.component.api_service import ApiClient, api_service
from tests.component.event_stream import Listener, listening_to
from tests.component.uploads import do, send_file
from tests.support.waiting import eventually

AT = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
EVENTS, STREAM = "/api/v1/events", "/api/v1/events/stream"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def _add(api: ApiClient, *reasons: str) -> None:
    """Let events happen that nobody but the feed wants, so that they are numbered where the API runs alone."""
    for reason in reasons:
        async with api.runtime.unit_for("api")() as work:
            work.tell(MailboxFailed(mailbox="team", at=AT, reason=reason))


async def _tell_of_a_pass(api: ApiClient) -> None:
    async with api.runtime.unit_for("api")() as work:
        work.tell(MailboxSynced(mailbox="team", at=AT, folders=2, stored=1, ignored=0, held=0))


async def _numbered(api: ApiClient, count: int) -> None:
    async def are_there() -> bool:
        async with api.runtime.database.reading() as look:
            newest = select(func.max(outbox.c.seq))
            return ((await look.connection.execute(newest)).scalar_one() or 0) >= count

    await eventually(are_there, what=f"{count} events are numbered")


def _listen(api: ApiClient, query: str = "", place: str | None = None) -> Any:
    headers = {} if place is None else {"Last-Event-ID": place}
    return listening_to(api.session, f"{api.url}{STREAM}{query}", headers=headers)


async def _mails(listener: Listener, count: int) -> list[str]:
    return [(await listener.next()).data["data"]["reason"] for _ in range(count)]


async def test_past_events_come_oldest_first_and_page_by_page(api: ApiClient) -> None:
    await _add(api, "a", "b", "c")
    await _tell_of_a_pass(api)
    await _numbered(api, 4)

    first = (await api.ask("GET", f"{EVENTS}?limit=3"))[1]
    second = (await api.ask("GET", f"{EVENTS}?limit=3&cursor={first['next_cursor']}"))[1]
    back = (await api.ask("GET", f"{EVENTS}?limit=3&cursor={second['previous_cursor']}"))[1]
    later = (await api.ask("GET", f"{EVENTS}?after=2"))[1]

    assert [item["seq"] for item in first["items"] + second["items"]] == [1, 2, 3, 4]
    assert (first["total"], first["oldest"], first["newest"]) == (4, 1, 4)
    assert (first["previous_cursor"], second["next_cursor"]) == (None, None)
    assert back["items"] == first["items"]
    assert [item["seq"] for item in later["items"]] == [3, 4]
    assert first["items"][0]["data"]["reason"] == "a"
    assert second["items"][0] | {"id": "", "time": "", "correlation_id": ""} == {
        "seq": 4,
        "id": "",
        "type": "mailbox.synced.v1",
        "time": "",
        "subject": "team",
        "source": "/mycrm/api",
        "correlation_id": "",
        "data": {
            "mailbox": "team",
            "at": "2026-01-10T08:30:00Z",
            "folders": 2,
            "stored": 1,
            "ignored": 0,
            "held": 0,
        },
    }


async def test_types_narrow_the_feed_and_an_unknown_one_is_named(api: ApiClient) -> None:
    await _add(api, "a")
    await _tell_of_a_pass(api)
    await _numbered(api, 2)

    chosen = (await api.ask("GET", f"{EVENTS}?type=settings.changed.v1,mailbox.synced.v1&total=exact"))[1]
    wrong = await api.ask("GET", f"{EVENTS}?type=customer.added")

    assert ([item["seq"] for item in chosen["items"]], chosen["total"]) == ([2], 1)
    assert (wrong[0], wrong[1]["errors"][0]["field"], wrong[1]["errors"][0]["code"]) == (
        422,
        "type",
        "choice_unknown",
    )


async def test_what_happens_is_told_live_and_a_reader_goes_on_where_it_was(api: ApiClient) -> None:
    await _add(api, "a")
    await _numbered(api, 1)
    async with _listen(api) as listener:
        ready = await listener.next()
        await _add(api, "b", "c")
        heard = [await listener.next() for _ in range(2)]
    await _add(api, "d")
    await _numbered(api, 4)
    async with _listen(api, place=heard[0].place) as again:
        assert (await again.next()).name == "ready"
        missed = await _mails(again, 2)

    assert (ready.name, ready.place, ready.data) == ("ready", "1", {"seq": 1})
    assert [(one.place, one.name, one.data["data"]["reason"]) for one in heard] == [
        ("2", "message", "b"),
        ("3", "message", "c"),
    ]
    assert missed == ["c", "d"]


async def test_an_import_is_watched_live(api: ApiClient) -> None:
    await _add(api, "a")
    await _numbered(api, 1)
    async with _listen(api, "?type=import.progressed.v1") as listener:
        assert (await listener.next()).name == "ready"
        _, one = await send_file(api, b"Email\na@example.com\nb@example.com\n")
        await do(api, f"/imports/{one['id']}/cancel")
        heard = [(await listener.next()).data["data"] for _ in range(3)]

    assert [(said["state"], said["total"]) for said in heard] == [
        ("reading", None),
        ("previewed", 2),
        ("cancelled", 2),
    ]
    assert {said["import_id"] for said in heard} == {one["id"]}


async def test_a_stream_of_some_types_tells_no_others_and_begins_where_it_is_asked_to(
    api: ApiClient,
) -> None:
    await _add(api, "a", "b")
    await _tell_of_a_pass(api)
    await _numbered(api, 3)

    async with _listen(api, "?after=1&type=mailbox.synced.v1") as listener:
        assert (await listener.next()).place == "1"
        heard = await listener.next()

    assert (heard.place, heard.data["type"]) == ("3", "mailbox.synced.v1")


@pytest.mark.parametrize(
    ("place", "reason"), [("0", "forgotten"), ("99", "unknown"), ("never given", "unknown")]
)
async def test_a_reader_who_cannot_go_on_is_told_so(api: ApiClient, place: str, reason: str) -> None:
    await _add(api, "a", "b", "c")
    await _numbered(api, 3)
    async with api.runtime.unit_for("common")() as work:
        await work.connection.execute(delete(outbox).where(outbox.c.seq <= 2))

    async with _listen(api, place=place) as listener:
        reset = await listener.next()
        await _add(api, "d")
        after = await _mails(listener, 1)

    assert (reset.name, reset.place, reset.data) == ("reset", "3", {"seq": 3, "reason": reason})
    assert after == ["d"]


async def test_a_stream_keeps_the_edge_s_headers_and_a_stranger_gets_none(api: ApiClient) -> None:
    async with _listen(api) as listener:
        headers = listener.response.headers
    head = await api.ask("HEAD", STREAM)
    async with aiohttp.ClientSession() as stranger, stranger.get(api.url + STREAM) as answer:
        refused = answer.status

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (head[0], head[1]) == (200, "")
    assert refused == 401


async def test_only_so_many_streams_of_one_session_are_open_at_once(api: ApiClient) -> None:
    async with _listen(api), _listen(api), _listen(api), _listen(api), _listen(api):
        async with _listen(api):
            status, said, headers = await api.ask("GET", STREAM)
        assert (status, said["code"], int(headers["Retry-After"]) > 0) == (429, "streams_limited", True)

        async def has_room() -> bool:
            async with api.session.get(api.url + STREAM) as response:
                return response.status == 200

        await eventually(has_room, what="the seat of the one who left is free")


async def test_the_end_of_the_service_ends_a_stream_as_it_should_end(tmp_path: Path) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with api_service(tmp_path) as api:
            await api.set_up()
            cookies = {one.key: one.value for one in api.session.cookie_jar}
            response = await session.get(api.url + STREAM, cookies=cookies, timeout=aiohttp.ClientTimeout())
            assert response.status == 200

        # A door that waits for the answer in vain breaks it off in the end, which reading it shows as an error.
        assert await Listener(response).ended()
