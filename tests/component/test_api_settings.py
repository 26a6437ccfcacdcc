"""Settings, mailbox and logs through the web door."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.component.api_service import ApiClient, api_service
from tests.support.waiting import eventually

SETTINGS, MAILBOX_TEST = "/api/v1/settings", "/api/v1/settings/mailbox/test"
ACCESS = {"mail_host": "imap.example.com", "mail_username": "team@example.com"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


def faults(said: Any) -> list[tuple[str, str]]:
    return [(fault["field"], fault["code"]) for fault in said["errors"]]


async def test_settings_begin_with_defaults_and_keep_what_is_changed(api: ApiClient) -> None:
    before = (await api.ask("GET", SETTINGS))[1]
    status, said, _ = await api.ask("PATCH", SETTINGS, {**ACCESS, "mail_port": 143, "followup_days": 45})

    assert (before["mail_port"], before["followup_days"], before["mail_host"]) == (993, 30, "")
    assert before["time_zone"]
    assert (status, said) == (200, {**before, **ACCESS, "mail_port": 143, "followup_days": 45})
    assert (await api.ask("GET", SETTINGS))[1] == said


async def test_a_secret_goes_in_and_never_comes_out(api: ApiClient) -> None:
    said = (await api.ask("PATCH", SETTINGS, {"mail_password": " secret word "}))[1]
    kept = (await api.ask("PATCH", SETTINGS, {"mail_password": "", "followup_days": 7}))[1]
    forgotten = (await api.ask("PATCH", SETTINGS, {"mail_password": None}))[1]
    log = json.dumps((await api.ask("GET", "/api/v1/logs/api"))[1])

    assert [answer["mail_password_set"] for answer in (said, kept, forgotten)] == [True, True, False]
    assert "secret word" not in json.dumps([said, kept, forgotten]) + log


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"followup_days": 0}, ("followup_days", "number_small")),
        ({"followup_days": "7"}, ("followup_days", "number_expected")),
        ({"followup_importance_operators": "<"}, ("followup_importance_operators", "choice_unknown")),
        ({"mail_host": "https://imap.example.com"}, ("mail_host", "host_invalid")),
        ({"mail_port": 70_000}, ("mail_port", "number_large")),
        ({"time_zone": "Mars/Base"}, ("time_zone", "time_zone_unknown")),
        ({"mail_checked_date": "x"}, ("mail_checked_date", "field_unknown")),
        ({"mail_password_set": True}, ("mail_password_set", "field_unknown")),
    ],
)
async def test_a_wrong_setting_is_told_by_its_field(
    api: ApiClient, form: Any, fault: tuple[str, str]
) -> None:
    status, said, _ = await api.ask("PATCH", SETTINGS, form)

    assert (status, faults(said)) == (422, [fault])


async def test_a_mailbox_that_nobody_set_is_neither_tested_nor_looked_at(api: ApiClient) -> None:
    state = (await api.ask("GET", "/api/v1/mailbox"))[1]
    test = await api.ask("POST", MAILBOX_TEST, {"mail_host": "imap.example.com"})
    sync = await api.ask("POST", "/api/v1/mailbox/sync")

    assert (state["state"], state["error"], state["folders"]) == ("not_configured", None, [])
    assert (test[0], faults(test[1])) == (
        422,
        [("mail_username", "field_missing"), ("mail_password", "field_missing")],
    )
    assert (sync[0], sync[1]["code"]) == (409, "mailbox_not_configured")


async def test_a_look_at_the_mailbox_is_asked_for_and_not_waited_for(api: ApiClient) -> None:
    await api.ask("PATCH", SETTINGS, {**ACCESS, "mail_password": "x"})

    status, said, _ = await api.ask("POST", "/api/v1/mailbox/sync")

    assert (status, len(said["request_id"])) == (202, 36)
    assert (await api.ask("GET", "/api/v1/mailbox"))[1]["state"] == "idle"


@pytest.mark.parametrize("code", ["", "mailbox_login_refused"])
async def test_a_test_of_the_mailbox_waits_for_its_answer(api: ApiClient, tmp_path: Path, code: str) -> None:
    folder = {"name": "收件箱", "messages": 3, "excluded": False}
    answer = {
        "ok": not code,
        "code": code,
        "detail": "no" if code else "",
        "folders": [] if code else [folder],
    }
    asking = asyncio.gather(api.ask("POST", MAILBOX_TEST, {**ACCESS, "mail_password": "secret"}))

    await eventually(
        lambda: asyncio.to_thread(_answer, tmp_path / "mycrm.db", answer), what="the request is written"
    )
    status, said, _ = (await asking)[0]

    if code:
        assert (status, said["code"], faults(said)) == (422, code, [("mail_password", code)])
    else:
        assert (status, said) == (200, {"folders": [folder]})


def _answer(database: Path, answer: dict[str, Any]) -> bool:
    """Do what mail-fetcher would: answer the request, if it is there."""
    connection = sqlite3.connect(database, timeout=5)
    try:
        row = connection.execute("SELECT id, sealed FROM requests WHERE state = 'open'").fetchone()
        if row is None:
            return False
        assert "secret" not in row[1]
        connection.execute(
            "INSERT INTO mailbox_tasks (request_id, verb, state, available_at, attempts, answer, created_at)"
            " VALUES (?, 'test', 'done', '2026-01-01', 1, ?, '2026-01-01')",
            (row[0], json.dumps(answer)),
        )
        connection.commit()
        return True
    finally:
        connection.close()


async def test_logs_are_read_by_service_and_cleared(api: ApiClient) -> None:
    for service in ("mail-fetcher", "verifier", "backup", "api"):
        status, said, _ = await api.ask("GET", f"/api/v1/logs/{service}?level=warning&q=x&after=0")
        assert (status, said["items"]) == (200, [])

    assert (await api.ask("DELETE", "/api/v1/logs/backup"))[0] == 204
    for method in ("GET", "DELETE"):
        status, said, _ = await api.ask(method, "/api/v1/logs/kernel")
        assert (status, said["code"]) == (404, "log_not_found")
