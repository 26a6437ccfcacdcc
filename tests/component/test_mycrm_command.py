"""The `mycrm` command: the same answers whether a CRM runs on the data, or none does, or a server holds them."""

import asyncio
import json
import os
import re
import stat
from pathlib import Path
from pwd import getpwuid

import pytest

from tests.support.command import Ended, mycrm
from tests.support.embedded import EmbeddedCRM, embedded_crm
from tests.support.parking import SETTINGS, an_event, park, unread
from tests.support.waiting import eventually

EVENTS = "events"


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/data/mycrm.db"


async def _parked_ids(folder: Path, **settings: str) -> list[int]:
    ended = await mycrm(EVENTS, "parked", "--json", folder=folder, **settings)
    assert ended.code == 0, ended.err
    return [item["id"] for item in json.loads(ended.out)["items"]]


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A folder whose data hold one event that can be tried again, and one that nobody can read."""
    assert (await mycrm("migrate", folder=tmp_path)).code == 0
    await park(_url(tmp_path), an_event(name="主题"), unread(b"\xff\x00 no"), reason="ValueError: \x1b[2J no")
    return tmp_path


async def _emptied(crm: EmbeddedCRM) -> None:
    """Wait until only what nobody can read is left, and has stayed."""

    async def alone() -> bool:
        return len(await _parked_ids(crm.data.parent)) == 1

    await eventually(alone, what="the replayed event's end", seconds=30)


async def test_parked_events_are_listed_shown_and_tried_again_through_the_crm_that_runs(folder: Path) -> None:
    async with embedded_crm(folder) as crm:
        listed = await mycrm(EVENTS, "parked", folder=folder)
        unreadable, readable = await _parked_ids(folder)
        shown = await mycrm(EVENTS, "show", str(unreadable), folder=folder)
        replayed = await mycrm(EVENTS, "replay", str(readable), folder=folder)
        await _emptied(crm)
        assert crm.child.running

    assert [listed.code, shown.code, replayed.code] == [0, 0, 0]
    assert SETTINGS in listed.out
    assert "\x1b" not in listed.out
    assert r"\xff\x00 no" in shown.out
    assert f"event {readable} will be tried again" in replayed.out


async def test_without_a_crm_the_command_works_on_the_data_itself_and_the_next_start_does_the_rest(
    folder: Path,
) -> None:
    unreadable, readable = await _parked_ids(folder)

    replayed = await mycrm(EVENTS, "replay", "--all", "--type", "settings.changed.v1", folder=folder)

    assert (replayed.code, replayed.err) == (0, "")
    assert await _parked_ids(folder) == [unreadable]
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
    assert not (folder / "data/mycrm.sock").exists()
    async with embedded_crm(folder) as crm:
        await crm.set_up()
        log = (await crm.ask("GET", "/logs/api"))["items"]
        assert readable not in await _parked_ids(folder)
    assert any(line["action"] == "events.replayed" and "by=operator" in line["text"] for line in log)


async def test_after_a_kill_the_command_is_not_held_up_by_the_socket_that_is_left(folder: Path) -> None:
    async with embedded_crm(folder) as crm:
        crm.child.kill()
        assert (folder / "data/mycrm.sock").exists()

        assert len(await _parked_ids(folder)) == 2

        crm.restart()
        await crm.ready()
        assert (await mycrm(EVENTS, "replay", "--all", folder=folder)).code == 0
        await _emptied(crm)


async def test_commands_at_the_same_time_wait_for_each_other(folder: Path) -> None:
    every = await asyncio.gather(*(_parked_ids(folder) for _ in range(4)))

    assert [len(ids) for ids in every] == [2] * 4


async def test_folders_with_long_names_are_reached_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ("a folder with a long name " * 6)
    folder.mkdir()
    async with embedded_crm(folder):
        assert await _parked_ids(folder) == []

    assert await _parked_ids(folder, TMPDIR=str(folder)) == []
    assert {path.name for path in folder.iterdir()} == {"data", "output.log"}


@pytest.mark.servers("mariadb")
async def test_over_a_database_server_the_command_needs_no_running_crm(
    tmp_path: Path, mariadb_url: str
) -> None:
    settings = {
        "MYCRM_DATABASE_URL": mariadb_url,
        "MYCRM_SECRET_KEY": "a key of more than 32 characters, yes",
    }
    missing = await mycrm(EVENTS, "parked", folder=tmp_path, **settings)
    assert (await mycrm("migrate", folder=tmp_path, **settings)).code == 0
    await park(mariadb_url, an_event(), unread(b"no"))

    replayed = await mycrm(EVENTS, "replay", "--all", folder=tmp_path, **settings)

    assert (missing.code, "mycrm migrate" in missing.err) == (2, True)
    assert (replayed.code, replayed.out) == (0, "events that will be tried again: 1\n")
    assert len(await _parked_ids(tmp_path, **settings)) == 1
    assert not (tmp_path / "data").exists()


async def test_what_is_refused_is_told_after_the_others_were_done(folder: Path) -> None:
    unreadable, readable = await _parked_ids(folder)

    ended = await mycrm(EVENTS, "replay", str(unreadable), "99", str(readable), folder=folder)

    assert ended.code == 1
    assert ended.out == f"event {readable} will be tried again\n"
    first, second = ended.err.splitlines()
    assert first.endswith("[parked_unreadable]")
    assert second.endswith("[parked_not_found]")


async def test_the_raw_answer_is_json(folder: Path) -> None:
    (unreadable, _) = await _parked_ids(folder)

    shown = await mycrm(EVENTS, "show", str(unreadable), "--json", folder=folder)
    none = await mycrm(EVENTS, "replay", "--all", "--consumer", "mycrm.no.one.v1", "--json", folder=folder)

    assert json.loads(shown.out)["replayable"] is False
    assert json.loads(none.out) == {"replayed": 0}


async def test_pages_follow_each_other_by_the_cursor_that_is_told(folder: Path) -> None:
    first = await mycrm(EVENTS, "parked", "--limit", "1", folder=folder)
    cursor = first.out.split()[-1]
    second = await mycrm(EVENTS, "parked", "--limit", "1", "--cursor", cursor, folder=folder)

    assert [len(page.out.splitlines()) for page in (first, second)] == [3, 2]
    assert second.out.splitlines()[1].startswith("1 ")


async def test_a_chinese_reader_is_spoken_to_in_chinese(folder: Path) -> None:
    chinese = {"MYCRM_LANGUAGE": "zh-CN"}

    helped = await mycrm(EVENTS, "replay", "--help", folder=folder, **chinese)
    listed = await mycrm(EVENTS, "parked", folder=folder, **chinese)
    shown = await mycrm(EVENTS, "show", "1", folder=folder, **chinese)
    refused = await mycrm(EVENTS, "show", "99", folder=folder, **chinese)
    mistyped = await mycrm(EVENTS, "show", "x", folder=folder, **chinese)

    assert "用法：" in helped.out
    assert "重新投递" in helped.out
    assert "（无法读取）" in listed.out
    assert "主题" in shown.out
    assert "没有这个搁置的事件" in refused.err
    assert (refused.code, mistyped.code) == (1, 2)
    assert "不是整数" in mistyped.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("events",),
        ("events", "replay"),
        ("events", "replay", "1", "--all"),
        ("events", "replay", "1", "--type", "x.v1"),
        ("events", "replay", "one"),
        ("events", "show"),
        ("events", "no-such"),
        ("no-such",),
    ],
    ids=" ".join,
)
async def test_wrong_arguments_end_with_2_and_a_line_that_says_how(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = await mycrm(*arguments, folder=tmp_path)

    assert (ended.code, ended.out) == (2, "")
    assert re.search(r"^usage: mycrm", ended.err)
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_without_a_database_is_named_and_left_empty(tmp_path: Path) -> None:
    ended = await mycrm(EVENTS, "parked", folder=tmp_path)

    assert ended.code == 2
    assert str(tmp_path / "data/mycrm.db") in ended.err
    assert list(tmp_path.iterdir()) == []


async def test_a_database_that_a_process_without_the_api_uses_is_told(folder: Path) -> None:
    from mycrm_common.db.engine import Database, parse_url

    database = Database(parse_url(_url(folder)))
    try:
        ended = await mycrm(EVENTS, "parked", folder=folder)
    finally:
        await database.close()

    assert ended.code == 2
    assert "mycrm.db" in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
async def test_a_folder_that_is_closed_to_the_account_is_named_with_its_owner(folder: Path) -> None:
    (folder / "data").chmod(0)
    try:
        ended = await mycrm(EVENTS, "parked", folder=folder)
    finally:
        (folder / "data").chmod(0o700)

    assert ended.code == 2
    assert getpwuid(os.geteuid()).pw_name in ended.err


def _one_line(ended: Ended) -> str:
    (line,) = [line for line in ended.err.splitlines() if not line.startswith("{")]
    return line


@pytest.mark.parametrize("service", ["api", "mail_fetcher", "verifier", "backup"])
async def test_a_service_alone_on_a_fresh_file_says_what_to_do_instead_of_waiting_for_ever(
    tmp_path: Path, service: str
) -> None:
    ended = await mycrm(folder=tmp_path, module=f"mycrm_{service}", MYCRM_HTTP_PORT="0")

    assert ended.code == 2
    assert "mycrm migrate" in _one_line(ended)
    assert (await mycrm("migrate", folder=tmp_path)).code == 0


async def test_the_doctor_says_what_needs_a_look_and_what_to_do(tmp_path: Path) -> None:
    assert (await mycrm("migrate", folder=tmp_path)).code == 0

    looked = await mycrm("doctor", folder=tmp_path)
    told = await mycrm("doctor", "--json", folder=tmp_path)

    assert (looked.code, told.code) == (1, 1)
    assert "[look] no mailbox is set -> enter it in the settings" in looked.out
    assert "[well] no events are parked" in looked.out
    assert [one["code"] for one in json.loads(told.out)] == [
        "not_configured",
        "well",
        "no_fresh_proven_copy",
        "well",
    ]
