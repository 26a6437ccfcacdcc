"""The ledger of the mailbox and held mail through the web door, with a mail-fetcher that answers as told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import insert, select

from mycrm_api import service as api_wiring
from mycrm_api.adapters.passwords import Argon2Passwords
from mycrm_api.domain.roles import Role
from mycrm_api.resources.waiting import Patience
from mycrm_api.store import mail_copies, users
from mycrm_common.db.tables.mailboxes import folders
from mycrm_common.db.tables.requests import requests
from mycrm_mail_fetcher.ports.ledger import FolderKey, Place, PlaceState
from mycrm_mail_fetcher.ports.requests import Answer, FolderSeen, Verb
from mycrm_mail_fetcher.store import copies, locations, mailboxes, tasks
from tests.component.api_service import ApiClient, api_service
from tests.support.waiting import eventually

DAY = datetime(2026, 1, 10, tzinfo=UTC)
MAILBOX, HELD = "/api/v1/mailbox", "/api/v1/mailbox/held"
ACCESS = {"mail_host": "imap.example.com", "mail_username": "team@example.com", "mail_password": "secret"}
MAIL = b"From: Li <li@example.com>\r\nSubject: odd\r\n\r\n<script>\xc3\xbf\x00"


@pytest.fixture
async def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ApiClient]:
    """The service, which waits for answers for a moment only, with a mailbox of one folder and two held mails."""
    monkeypatch.setattr(api_wiring, "Patience", partial(Patience, seconds=0.5, pause_seconds=0.02))
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        await client.ask("PATCH", "/api/v1/settings", ACCESS)
        await Fetcher(client).begin()
        yield client


class Fetcher:
    """Writes what mail-fetcher would."""

    def __init__(self, api: ApiClient) -> None:
        self.unit = api.runtime.for_service("mail-fetcher").unit
        self.reading = api.runtime.for_service("mail-fetcher").reading

    async def begin(self) -> None:
        """Write a folder with two held mails, one of which the server gave nothing of."""
        row = {"excluded": "", "last_uid": 9, "low_uid": 1, "seen_messages": 2, "seen_uid_next": 10}
        async with self.unit() as work:
            await work.connection.execute(
                insert(folders).values(
                    id=1,
                    mailbox="team@example.com",
                    name="INBOX",
                    uid_validity=7,
                    window_from=DAY,
                    looked_at=DAY,
                    compared_at=DAY,
                    error_code="",
                    error_detail="",
                    **row,
                )
            )
            await mailboxes.note_synced(work, "team@example.com")
        await self.hold(5, raw=MAIL)
        await self.hold(6, raw=b"", code="mail_withheld")

    async def hold(self, uid: int, *, raw: bytes, code: str = "mail_unreadable") -> None:
        """Hold a mail back."""
        place = Place(
            uid=uid,
            internal_date=DAY,
            size=9,
            state=PlaceState.HELD,
            reason=code,
            detail="why",
            beginning=raw,
        )
        await self.put(place)

    async def put(self, place: Place) -> None:
        """Write a place."""
        async with self.unit() as work:
            folder = FolderKey(folder_id=1, uid_validity=7)
            await locations.put(work, [place], folder=folder, message_ids={})

    async def asked(self) -> tuple[str, str]:
        """Wait for a request; return its id and verb."""

        async def look() -> tuple[str, str] | None:
            async with self.reading() as reading:
                rows = await reading.connection.execute(
                    select(requests.c.id, requests.c.verb).order_by(requests.c.created_at.desc())
                )
                row = rows.first()
            return (row.id, row.verb) if row else None

        return await eventually(look, what="the request is written")

    async def answer(self, answer: Answer, *, verb: Verb = Verb.SYNC) -> None:
        """Answer the newest request."""
        request_id, _ = await self.asked()
        async with self.unit() as work:
            await tasks.put(work, request_id, verb=verb)
            await tasks.answer(work, request_id, answer)


async def test_the_mailbox_tells_every_set_with_its_count(api: ApiClient) -> None:
    status, said, _ = await api.ask("GET", MAILBOX)

    reasons = [
        {"state": "held", "reason": "mail_unreadable", "count": 1},
        {"state": "held", "reason": "mail_withheld", "count": 1},
    ]
    counts = {
        "on_server": 2,
        "stored": 0,
        "ignored": 0,
        "held": 2,
        "missing": 0,
        "reasons": reasons,
        "compared_at": "2026-01-10T00:00:00Z",
        "found_missing": 0,
    }
    folder = {
        **counts,
        "folder_id": 1,
        "name": "INBOX",
        "excluded": "",
        "under_way": False,
        "adds_up": True,
        "error": None,
    }
    assert status == 200
    assert said["folders"] == [folder]
    assert (said["state"], said["totals"], said["adds_up"]) == ("idle", counts, True)


async def test_held_mail_is_listed_page_by_page(api: ApiClient) -> None:
    _, first, _ = await api.ask("GET", f"{HELD}?limit=1")
    _, second, _ = await api.ask("GET", f"{HELD}?limit=1&cursor={first['next_cursor']}")

    assert [item["uid"] for item in (*first["items"], *second["items"])] == [6, 5]
    assert (first["total"], second["next_cursor"]) == (2, None)
    assert second["items"] == [
        {
            "folder_id": 1,
            "folder": "INBOX",
            "uid": 5,
            "internal_date": "2026-01-10T00:00:00Z",
            "size": 9,
            "code": "mail_unreadable",
            "detail": "why",
            "attempts": 1,
            "subject": "odd",
            "sender": "Li <li@example.com>",
            "bytes_kept": len(MAIL),
        }
    ]


async def test_what_was_kept_of_a_held_mail_is_a_file_and_never_a_page(api: ApiClient) -> None:
    async with api.session.get(f"{api.url}{HELD}/1/5/beginning") as response:
        raw = await response.read()

    assert (response.status, raw) == (200, MAIL)
    assert response.headers["Content-Type"] == "message/rfc822"
    assert response.headers["Content-Disposition"] == 'attachment; filename="held-1-5-beginning.eml"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", f"{HELD}/1/7/beginning", "mail_not_held"),
        ("GET", f"{HELD}/1/6/beginning", "mail_bytes_missing"),
        ("GET", f"{HELD}/x/5/beginning", "not_found"),
        ("GET", f"{HELD}/1/99999999999999999999/beginning", "not_found"),
        ("POST", f"{HELD}/1/7/retry", "mail_not_held"),
        ("POST", f"{HELD}/2/5/copy", "mail_not_held"),
        ("GET", f"{MAILBOX}/copies/01234567-89ab-cdef-0123-456789abcdef", "not_found"),
        ("GET", f"{MAILBOX}/copies/%ff", "not_found"),
        ("GET", "/api/v1/requests/01234567-89ab-cdef-0123-456789abcdef", "not_found"),
        ("GET", "/api/v1/requests/x", "not_found"),
    ],
)
async def test_what_is_not_there_is_told(api: ApiClient, method: str, path: str, code: str) -> None:
    status, said, _ = await api.ask(method, path)

    assert (status, said["code"]) == (404, code)


async def _while_asking(api: ApiClient, path: str, act: Callable[[Fetcher], Any]) -> tuple[int, Any]:
    answered, _ = await asyncio.gather(api.ask("POST", path), act(Fetcher(api)))
    return answered[0], answered[1]


@pytest.mark.parametrize(("path", "is_read", "left"), [("1/5/", True, 0), ("1/5/", False, 1), ("", True, 1)])
async def test_another_try_says_how_many_are_held_still(
    api: ApiClient,
    path: str,
    is_read: bool,  # noqa: FBT001 - a parameter of pytest
    left: int,
) -> None:
    async def look_again(fetcher: Fetcher) -> None:
        assert (await fetcher.asked())[1] == "retry"
        if is_read:
            await fetcher.put(Place(uid=5, internal_date=DAY, size=9, state=PlaceState.STORED))
        await fetcher.answer(Answer())

    assert await _while_asking(api, f"{HELD}/{path}retry", look_again) == (200, {"still_held": left})


async def test_a_try_that_the_server_did_not_allow_says_so(api: ApiClient) -> None:
    async def refuse(fetcher: Fetcher) -> None:
        await fetcher.answer(Answer(code="mailbox_unreachable", detail="no route"))

    status, said = await _while_asking(api, f"{HELD}/retry", refuse)

    assert (status, said["code"], said["detail"], said["errors"]) == (
        422,
        "mailbox_unreachable",
        "no route",
        [],
    )


async def test_what_takes_longer_can_be_asked_after(api: ApiClient) -> None:
    status, said, _ = await api.ask("POST", f"{HELD}/retry")
    path = f"/api/v1/requests/{said['request_id']}"
    _, before, _ = await api.ask("GET", path)
    await Fetcher(api).answer(Answer())
    _, after, _ = await api.ask("GET", path)

    assert status == 202
    assert (before["verb"], before["state"], before["answer"]) == ("retry", "open", None)
    assert after == {
        **before,
        "state": "answered",
        "answer": {"ok": True, "code": "", "detail": "", "folders": []},
    }


async def test_a_late_test_of_settings_is_told_with_its_folders(api: ApiClient) -> None:
    status, said, _ = await api.ask("POST", "/api/v1/settings/mailbox/test", {})
    seen = FolderSeen(name="收件箱", messages=3, excluded=False)
    await Fetcher(api).answer(Answer(folders=(seen,)), verb=Verb.TEST)

    _, after, _ = await api.ask("GET", f"/api/v1/requests/{said['request_id']}")

    assert status == 202
    assert after["answer"]["folders"] == [{"name": "收件箱", "messages": 3, "excluded": False}]


async def test_a_stored_password_is_not_tried_on_another_server(api: ApiClient) -> None:
    status, said, _ = await api.ask(
        "POST", "/api/v1/settings/mailbox/test", {"mail_host": "imap.elsewhere.example"}
    )

    assert status == 422
    assert [(fault["field"], fault["code"]) for fault in said["errors"]] == [
        ("mail_password", "password_required")
    ]


async def test_a_copy_is_fetched_once_it_is_there(api: ApiClient) -> None:
    pieces = [bytes([number]) * 512 * 1024 for number in range(3)]
    status, said, _ = await api.ask("POST", f"{HELD}/1/5/copy")
    path = f"{MAILBOX}/copies/{said['request_id']}"
    early, why, headers = await api.ask("GET", path)
    fetcher = Fetcher(api)
    for position, piece in enumerate(pieces):
        async with fetcher.unit() as work:
            await copies.put(work, said["request_id"], position=position, piece=piece)
    await fetcher.answer(Answer(), verb=Verb.COPY)
    async with api.session.get(api.url + path) as response:
        raw = await response.read()

    assert status == 202
    assert (early, why["code"], headers["Retry-After"]) == (404, "copy_not_ready", "1")
    assert (response.status, raw == b"".join(pieces)) == (200, True)
    assert response.headers["Content-Length"] == str(len(raw))
    assert response.headers["Content-Disposition"].startswith('attachment; filename="mail-')
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_copy_that_loses_a_piece_on_the_way_is_a_broken_download(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, said, _ = await api.ask("POST", f"{HELD}/1/5/copy")
    fetcher = Fetcher(api)
    async with fetcher.unit() as work:
        await copies.put(work, said["request_id"], position=0, piece=b"x" * 100)
    await fetcher.answer(Answer(), verb=Verb.COPY)

    async def larger(*_: object) -> int:
        return 200

    monkeypatch.setattr(mail_copies, "size", larger)
    with pytest.raises(aiohttp.ClientPayloadError):
        async with api.session.get(f"{api.url}{MAILBOX}/copies/{said['request_id']}") as response:
            await response.read()

    assert (await api.ask("GET", MAILBOX))[0] == 200


async def test_a_copy_of_a_mail_that_is_gone_says_so(api: ApiClient) -> None:
    _, said, _ = await api.ask("POST", f"{HELD}/1/5/copy")
    await Fetcher(api).answer(Answer(code="mail_gone", detail="no mail 5"), verb=Verb.COPY)

    status, why, _ = await api.ask("GET", f"{MAILBOX}/copies/{said['request_id']}")

    assert (status, why["code"], why["detail"]) == (404, "mail_gone", "no mail 5")


async def _sign_in_as(api: ApiClient, role: Role) -> None:
    async with api.runtime.for_service("api").unit() as work:
        hashed = await Argon2Passwords().hash("a long enough password")
        await users.insert_user(work, username=role.value, password_hash=hashed, role=role, language="en")
    form = {"username": role.value, "password": "a long enough password"}
    assert (await api.ask("POST", "/api/v1/session", form))[0] == 201


WRITES = [("GET", f"{HELD}/1/5/beginning"), ("POST", f"{HELD}/1/5/copy"), ("POST", f"{HELD}/1/5/retry")]


async def test_a_viewer_sees_counts_and_the_list_and_no_mail(api: ApiClient) -> None:
    await _sign_in_as(api, Role.VIEWER)

    assert [(await api.ask("GET", path))[0] for path in (MAILBOX, HELD)] == [200, 200]
    for method, path in (*WRITES, ("POST", f"{HELD}/retry"), ("POST", f"{MAILBOX}/sync")):
        status, said, _ = await api.ask(method, path)
        assert (status, said["code"]) == (403, "role_missing")


async def test_a_member_reads_held_mail_and_asks_but_not_after_tests_of_settings(api: ApiClient) -> None:
    _, asked, _ = await api.ask("POST", "/api/v1/settings/mailbox/test", {})
    await _sign_in_as(api, Role.MEMBER)
    path = f"/api/v1/requests/{asked['request_id']}"

    assert [(await api.ask(*write))[0] for write in WRITES] == [200, 202, 202]
    status, said, _ = await api.ask("GET", path)
    assert (status, said["code"]) == (403, "role_missing")


async def test_nothing_of_it_is_for_strangers(api: ApiClient) -> None:
    await api.ask("DELETE", "/api/v1/session")

    for method, path in (*WRITES, ("GET", MAILBOX), ("GET", HELD), ("GET", f"{MAILBOX}/copies/x")):
        assert (await api.ask(method, path))[0] == 401
