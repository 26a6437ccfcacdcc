"""Settings, secrets, requests and logs on both databases."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.logs import LogEntry, LogList
from mycrm_api.domain.requests import FolderFound, MailboxAnswer, Request
from mycrm_api.domain.settings import read_settings
from mycrm_api.store import logs, requests, settings
from mycrm_api.usecases.await_answer import await_answer
from mycrm_api.usecases.change_settings import change_settings
from mycrm_api.usecases.close_request import close_request
from mycrm_api.usecases.request_mailbox_sync import request_mailbox_sync
from mycrm_api.usecases.request_mailbox_test import request_mailbox_test
from mycrm_common.db import logs as log_shelf
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.requests import requests as table
from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.errors import MyCRMError
from mycrm_common.events.mailboxes import MailboxRequestAnswered, MailboxSyncRequested, MailboxTestRequested
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.logs import LEVELS, LogLine
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports.requests import Answer, FolderSeen, Verb
from mycrm_mail_fetcher.store import tasks
from tests.contract.api_office import Office

BOX = SecretBox("k" * 40)
ACCESS = {"mail_host": "imap.example.com", "mail_port": 993, "mail_username": "team@example.com"}


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _change(office: Office, changes: Mapping[str, Any], **hidden: str | None) -> None:
    await change_settings(changes, secrets=hidden, settings=settings, box=BOX, unit=office.unit)


async def _ask_test(office: Office, given: Mapping[str, Any], password: str = "", **secrets: str) -> str:
    typed = secrets | ({"mail_password": password} if password else {})
    return await request_mailbox_test(
        given, secrets=typed, settings=settings, requests=requests, box=BOX, unit=office.unit
    )


async def _row(office: Office, request_id: str) -> Any:
    async with office.reading() as look:
        return (await look.connection.execute(select(table).where(table.c.id == request_id))).one()


async def test_what_is_changed_is_kept_and_told_by_its_name(office: Office) -> None:
    await _change(office, {"followup_days": 45, "mail_host": "imap.example.com", "language": "zh-CN"})

    async with office.reading() as look:
        stored = await settings.stored(look)
    assert stored == {"followup_days": "45", "mail_host": "imap.example.com", "language": "zh-CN"}
    assert read_settings(stored)["followup_days"] == 45
    assert await office.told() == [SettingsChanged(names=("followup_days", "mail_host"))]


async def test_the_same_again_tells_nobody(office: Office) -> None:
    await _change(office, {"followup_days": 45}, mail_password="secret")
    await _change(office, {"followup_days": 45}, mail_password="secret")

    assert len(await office.told()) == 1


async def test_one_wrong_setting_keeps_the_others_from_being_changed(office: Office) -> None:
    with pytest.raises(MyCRMError) as caught:
        await _change(office, {"followup_days": 45, "mail_host": "http://x"}, mail_password="secret")

    assert [(fault.field, fault.code) for fault in caught.value.errors] == [("mail_host", "host_invalid")]
    async with office.reading() as look:
        assert await settings.stored(look) == {}
        assert await settings.secret_names(look) == set()


async def test_a_secret_is_kept_sealed_and_apart(office: Office) -> None:
    await _change(office, ACCESS, mail_password=" pass word ", woocommerce_api="ck_1:cs_1")

    async with office.reading() as look:
        plain = str((await look.connection.execute(select(config))).all())
        rows = {row.name: row.sealed for row in await look.connection.execute(select(secrets))}
    assert "pass word" not in plain + str(rows)
    assert {name: BOX.open(sealed, name=name) for name, sealed in rows.items()} == {
        "mail_password": " pass word ",
        "woocommerce_api": "ck_1:cs_1",
    }
    told = (await office.told())[0]
    assert isinstance(told, SettingsChanged)
    assert {"mail_password", "woocommerce_api"} <= set(told.names)


async def test_a_secret_can_be_forgotten_and_replaced_when_the_key_was_lost(office: Office) -> None:
    other = SecretBox("another key of forty characters or more")
    await change_settings({}, secrets={"mail_password": "x"}, settings=settings, box=other, unit=office.unit)

    await _change(office, {}, mail_password="x")
    async with office.reading() as look:
        sealed = await settings.sealed(look, "mail_password")
    await _change(office, {}, mail_password=None)
    await _change(office, {}, mail_password=None)

    assert sealed is not None
    assert BOX.open(sealed, name="mail_password") == "x"
    async with office.reading() as look:
        assert await settings.secret_names(look) == set()
    assert len(await office.told()) == 3


async def test_a_test_of_the_mailbox_is_asked_for_with_its_password_sealed(office: Office) -> None:
    await _change(office, {"mail_port": 143})

    request_id = await _ask_test(office, {"mail_host": "h.example", "mail_username": "u"}, "typed-word")

    row = await _row(office, request_id)
    assert (row.noun, row.verb, row.state) == ("mailbox", "test", "open")
    assert "typed-word" not in row.parameters + row.sealed
    assert json.loads(BOX.open(row.sealed, name=f"request:{request_id}")) == {"mail_password": "typed-word"}
    assert '"mail_port": 143' in row.parameters
    assert (await office.told())[-1] == MailboxTestRequested(request_id=request_id)


async def test_without_a_password_the_stored_one_is_meant_and_does_not_travel(office: Office) -> None:
    await _change(office, ACCESS, mail_password="secret")

    row = await _row(office, await _ask_test(office, {}))

    assert row.sealed is None
    assert json.loads(row.parameters)["stored_secrets"] == ["mail_password"]


@pytest.mark.parametrize(
    "changed",
    [
        {"mail_host": "imap.elsewhere.example"},
        {"mail_port": 143},
        {"mail_username": "other@example.com"},
        {**ACCESS, "mail_host": "imap.elsewhere.example"},
    ],
)
async def test_the_stored_password_is_not_shown_to_another_server(
    office: Office, changed: dict[str, Any]
) -> None:
    await _change(office, ACCESS, mail_password="secret")
    told = await office.told()

    with pytest.raises(MyCRMError) as caught:
        await _ask_test(office, changed)

    faults = [(fault.field, fault.code) for fault in caught.value.errors]
    assert faults == [("mail_password", "password_required")]
    assert await office.told() == told
    assert await _ask_test(office, changed, "typed")
    assert await _ask_test(office, ACCESS)


TOKENS = {
    "mail_oauth_provider": "microsoft",
    "mail_oauth_client_id": "ours",
    "mail_oauth_tenant": "example.com",
}


async def test_tokens_are_tried_before_they_are_kept(office: Office) -> None:
    await _change(office, ACCESS, mail_password="secret")

    request_id = await _ask_test(office, TOKENS, mail_oauth_refresh_token="typed")

    row = await _row(office, request_id)
    assert json.loads(BOX.open(row.sealed, name=f"request:{request_id}")) == {
        "mail_oauth_refresh_token": "typed"
    }
    assert json.loads(row.parameters) == {**ACCESS, **TOKENS, "stored_secrets": []}


async def test_a_stored_secret_goes_with_a_newer_refresh_token_of_the_same_application(
    office: Office,
) -> None:
    kept = {"mail_oauth_client_secret": "ours", "mail_oauth_refresh_token": "old"}
    await _change(office, ACCESS | TOKENS, **kept)

    row = await _row(office, await _ask_test(office, {}, mail_oauth_refresh_token="newer"))

    assert json.loads(row.parameters)["stored_secrets"] == ["mail_oauth_client_secret"]


@pytest.mark.parametrize(
    "changed",
    [
        {"mail_host": "imap.elsewhere.example"},
        {"mail_oauth_provider": "google"},
        {"mail_oauth_client_id": "another"},
        {"mail_oauth_tenant": "another.example"},
    ],
)
async def test_stored_tokens_are_tried_with_their_own_application_only(
    office: Office, changed: dict[str, Any]
) -> None:
    await _change(office, ACCESS | TOKENS, mail_oauth_refresh_token="old", mail_password="secret")

    with pytest.raises(MyCRMError) as caught:
        await _ask_test(office, changed)

    faults = [(fault.field, fault.code) for fault in caught.value.errors]
    assert faults == [("mail_oauth_refresh_token", "secret_required")]
    assert await _ask_test(office, changed, mail_oauth_refresh_token="typed")
    assert await _ask_test(office, {"mail_oauth_provider": ""})


@pytest.mark.parametrize(
    ("provider", "missing"),
    [
        ("google", {"mail_oauth_client_id", "mail_oauth_refresh_token"}),
        ("microsoft", {"mail_oauth_client_id"}),
    ],
)
async def test_google_wants_a_refresh_token_and_microsoft_is_content_with_the_applications_own_name(
    office: Office, provider: str, missing: set[str]
) -> None:
    with pytest.raises(MyCRMError) as caught:
        await _ask_test(office, {**ACCESS, "mail_oauth_provider": provider}, mail_oauth_client_secret="ours")

    assert {fault.field for fault in caught.value.errors if fault.code == "field_missing"} == missing


async def test_a_test_without_anything_to_test_names_what_is_missing(office: Office) -> None:
    with pytest.raises(MyCRMError) as caught:
        await _ask_test(office, {"mail_host": ""})

    assert {(fault.field, fault.code) for fault in caught.value.errors} == {
        ("mail_host", "field_missing"),
        ("mail_username", "field_missing"),
        ("mail_password", "field_missing"),
    }
    assert await office.told() == []


async def test_an_answer_is_read_and_closes_its_request(office: Office) -> None:
    request_id = await _ask_test(office, ACCESS, "secret")
    assert await _await(office, request_id) is None
    seen = FolderSeen(name="收件箱", messages=3, excluded=False)
    async with office.mail() as work:
        await tasks.put(work, request_id, verb=Verb.TEST)
    assert await _await(office, request_id) is None
    async with office.mail() as work:
        await tasks.answer(work, request_id, Answer(folders=(seen,)))

    answer = await _await(office, request_id)
    at = office.clock.advance(seconds=1)
    for _ in range(2):
        event = MailboxRequestAnswered(request_id=request_id, ok=True)
        await close_request(event, requests=requests, unit=office.unit)
        office.clock.advance(seconds=1)

    found = FolderFound(name="收件箱", messages=3, excluded=False)
    assert answer == MailboxAnswer(ok=True, code="", detail="", folders=(found,))
    row = await _row(office, request_id)
    assert (row.state, row.sealed, row.answered_at) == ("answered", None, at)


async def test_a_request_can_be_asked_after(office: Office) -> None:
    request_id = await _ask_test(office, ACCESS, "secret")
    asked_at = office.clock.now()

    async def look() -> Request | None:
        async with office.reading() as reading:
            return await requests.by_id(reading, request_id)

    fresh = await look()
    async with office.mail() as work:
        await tasks.put(work, request_id, verb=Verb.TEST)
    taken = await look()
    async with office.mail() as work:
        await tasks.answer(work, request_id, Answer(code="mailbox_unreachable", detail="no"))
    done = await look()

    assert fresh == taken
    assert fresh == Request(
        request_id=request_id, noun="mailbox", verb="test", asked_at=asked_at, answer=None
    )
    assert (fresh.state, done.state if done else "") == ("open", "answered")
    assert done is not None
    assert done.answer == MailboxAnswer(ok=False, code="mailbox_unreachable", detail="no", folders=())
    async with office.reading() as reading:
        assert await requests.by_id(reading, "nobody asked") is None


async def _await(office: Office, request_id: str) -> MailboxAnswer | None:
    return await await_answer(
        request_id, requests=requests, reading=office.reading, patience_seconds=0.05, pause_seconds=0.01
    )


async def test_a_look_at_a_mailbox_that_nobody_has_set_is_refused(office: Office) -> None:
    await _change(office, ACCESS)

    with pytest.raises(MyCRMError, match="mailbox_not_configured"):
        await request_mailbox_sync(settings=settings, requests=requests, unit=office.unit)


async def test_a_look_at_the_mailbox_can_be_asked_for(office: Office) -> None:
    await _change(office, ACCESS, mail_password="secret")

    request_id = await request_mailbox_sync(settings=settings, requests=requests, unit=office.unit)

    assert (await _row(office, request_id)).verb == "sync"
    assert (await office.told())[-1] == MailboxSyncRequested(request_id=request_id)


async def _log(office: Office, *lines: tuple[str, str, str]) -> None:
    async with office.unit() as work:
        await log_shelf.put(
            work,
            [
                LogLine(
                    at=work.at,
                    service=service,
                    level=LEVELS[level],
                    action="thing.done",
                    text=text,
                    correlation_id="c",
                )
                for service, level, text in lines
            ],
        )


async def _lines(office: Office, **wanted: Any) -> Page[LogEntry]:
    async with office.reading() as look:
        return await logs.page(look, LogList(service="api", **wanted))


async def test_a_log_is_read_newest_first_page_by_page(office: Office) -> None:
    await _log(office, *(("api", "info", f"line {number}") for number in range(5)), ("backup", "info", "no"))

    first = await _lines(office, limit=2)
    second = await _lines(office, limit=2, cursor=first.next_cursor)
    third = await _lines(office, limit=2, cursor=second.next_cursor)
    back = await _lines(office, limit=2, cursor=third.previous_cursor)

    texts = [[entry.text for entry in page.items] for page in (first, second, third)]
    assert texts == [["line 4", "line 3"], ["line 2", "line 1"], ["line 0"]]
    assert (back.items, third.next_cursor, first.total) == (second.items, None, 5)


async def test_a_log_is_narrowed_by_level_words_and_place(office: Office) -> None:
    await _log(office, ("api", "debug", "a"), ("api", "warning", "100% Café"), ("api", "error", "100 of"))

    async def texts(**wanted: Any) -> list[str]:
        return [entry.text for entry in (await _lines(office, **wanted)).items]

    newest = (await _lines(office)).items[0]
    assert await texts(level="warning") == ["100 of", "100% Café"]
    assert await texts(q="100%") == ["100% Café"]
    assert await texts(q="CAF") == ["100% Café"]
    assert await texts(q="thing.DONE", level="error") == ["100 of"]
    assert await texts(after=newest.id) == []
    assert await texts(after=newest.id - 1) == ["100 of"]
    assert (newest.level, newest.action, newest.correlation_id) == ("error", "thing.done", "c")


async def test_a_foreign_hand_in_the_config_table_spoils_one_setting_at_most(office: Office) -> None:
    async with office.unit() as work:
        for name, value in {"followup_days": "many", "mail_port": "143", "theme": None, "x": "y"}.items():
            await work.connection.execute(insert(config).values(parameter=name, value=value))
        await work.connection.execute(update(config).where(config.c.parameter == "x").values(value="z"))

    async with office.reading() as look:
        present = read_settings(await settings.stored(look))

    assert (present["followup_days"], present["mail_port"], present["theme"]) == (30, 143, "")
