"""A copy is made, proven and told; and what goes wrong leaves the old copies alone."""

import json
import zipfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyrage  # type: ignore[import-untyped] # it brings no types
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import select, update

from mycrm_common.db.tables.backups import backup_runs, backup_timer
from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.events.backups import (
    BackupCompleted,
    BackupFailed,
    BackupHostRequested,
    BackupRequestAnswered,
    BackupRunRequested,
    BackupVerifyRequested,
)
from tests.component.backup_service import BackupService, backup_service
from tests.support.ports import free_port
from tests.support.sftp import sftp_server

MARIADB = pytest.param("mariadb", marks=pytest.mark.servers("mariadb"))


@pytest.fixture(params=["sqlite", MARIADB])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"
    url: str = request.getfixturevalue("mariadb_url")
    return url


def _copies(tmp_path: Path) -> Path:
    return tmp_path / "data/backups/backup"


def _name(service: BackupService, *, days_old: int = 0) -> str:
    now = service.runtime.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    return f"mycrm-{now - timedelta(days=days_old):%Y%m%d}.zip"


async def test_a_copy_is_made_proven_and_told(database_url: str, tmp_path: Path) -> None:
    async with backup_service(tmp_path, database_url=database_url) as service:
        await service.fill(50)

        answer = await service.ask(BackupRunRequested)

        [run] = await service.runs()
        told = await service.told()
        whole = _copies(tmp_path) / _name(service)
    assert answer == {"ok": True, "run_id": run.id}
    assert (run.state, run.verify_reason) == ("completed", "")
    assert run.verified_at is not None
    assert zipfile.ZipFile(whole).testzip() is None
    manifest = json.loads(whole.with_name(whole.name + ".json").read_text())
    assert manifest["contents"]["tables"]["config"]["rows"] == 50
    assert manifest["bytes"] == whole.stat().st_size == run.bytes
    assert [type(event) for event in told] == [BackupCompleted, BackupRequestAnswered]
    assert list((tmp_path / "data/backup-work").iterdir() if database_url.startswith("sqlite") else []) == []


async def test_old_copies_go_when_the_new_one_is_safe_and_foreign_files_stay(tmp_path: Path) -> None:
    async with backup_service(tmp_path) as service:
        _copies(tmp_path).mkdir(parents=True)
        old, older, kept = (_name(service, days_old=days) for days in (11, 40, 10))
        future = _name(service, days_old=-5)
        for name in (old, f"{old}.json", older, kept, future, "readme.txt", f"{old}.bak"):
            (_copies(tmp_path) / name).write_text("x")

        await service.ask(BackupRunRequested)

        [run] = await service.runs()
        left = sorted(path.name for path in _copies(tmp_path).iterdir())
        new = _name(service)
    assert left == sorted([new, f"{new}.json", kept, future, "readme.txt", f"{old}.bak"])
    assert json.loads(run.removed) == [f"/backup/{older}", f"/backup/{old}"]


async def test_nothing_is_removed_when_the_copy_comes_to_nothing(tmp_path: Path) -> None:
    async with backup_service(tmp_path) as service:
        _copies(tmp_path).mkdir(parents=True)
        old = _copies(tmp_path) / _name(service, days_old=40)
        old.write_text("x")
        (tmp_path / "data/backup-work").write_text("in the way of the work folder")

        answer = await service.ask(BackupRunRequested)

        [run] = await service.runs()
        told = await service.told()
    assert not answer["ok"]
    assert run.state == "failed"
    assert old.exists()
    assert sorted(path.name for path in _copies(tmp_path).iterdir()) == [old.name]
    assert [type(event) for event in told] == [BackupFailed, BackupRequestAnswered]


async def test_a_copy_that_was_damaged_at_its_place_is_not_proven(tmp_path: Path) -> None:
    async with backup_service(tmp_path) as service:
        made = await service.ask(BackupRunRequested)
        whole = _copies(tmp_path) / _name(service)
        damaged = bytearray(whole.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        whole.write_bytes(damaged)

        answer = await service.ask(BackupVerifyRequested, run_id=made["run_id"])

        [run] = await service.runs()
    assert answer["code"] == run.verify_reason == "backup_copy_damaged"


async def test_a_copy_whose_manifest_tells_of_other_rows_is_not_proven(
    database_url: str, tmp_path: Path
) -> None:
    async with backup_service(tmp_path, database_url=database_url) as service:
        await service.fill(3)
        made = await service.ask(BackupRunRequested)
        manifest = _copies(tmp_path) / (_name(service) + ".json")
        said = json.loads(manifest.read_text())
        said["contents"]["tables"]["config"]["rows"] = 4
        manifest.write_text(json.dumps(said))

        answer = await service.ask(BackupVerifyRequested, run_id=made["run_id"])

    assert answer["code"] == "backup_differs"
    assert "config: 3 rows" in answer["detail"]


async def test_the_timer_counts_from_the_first_look_and_catches_up_by_one_copy(tmp_path: Path) -> None:
    async with backup_service(tmp_path, backup_at="every 1m", backup_verify="weekly") as service:
        assert await service.look()
        assert await service.runs() == []
        assert not await service.look()

        async with service.runtime.unit_for("backup")() as work:
            await work.connection.execute(update(backup_timer).values(since=work.at - timedelta(days=3)))
        assert await service.look()

        assert [run.state for run in await service.runs()] == ["completed"]
        assert not await service.look()


@pytest.mark.servers("sshd")
async def test_a_host_is_asked_nothing_before_it_is_trusted(tmp_path: Path) -> None:
    async with sftp_server() as server:
        settings: dict[str, Any] = {
            "backup_url": SecretStr(f"sftp://{server.username}@127.0.0.1:{server.port}"),
            "backup_private_key": SecretStr(server.private_key),
            "backup_remote_file": f"{server.home}/备份 %Y/mycrm-%Y%m%d.zip",
        }
        async with backup_service(tmp_path, **settings) as service:
            refused = await service.ask(BackupRunRequested)
            shown = await service.ask(BackupHostRequested)
            wrong = await service.ask(BackupHostRequested, fingerprint="SHA256:another")
            trusted = await service.ask(BackupHostRequested, fingerprint=shown["fingerprint"])
            made = await service.ask(BackupRunRequested)

        assert refused["code"] == "backup_host_unknown"
        assert (shown["fingerprint"], shown["trusted"]) == (server.fingerprint, False)
        assert wrong["code"] == "backup_host_changed"
        assert trusted["trusted"]
        assert made["ok"], made
        assert len(list(server.home.rglob("*.zip"))) == 1


async def test_a_copy_is_kept_on_this_machine_as_well_where_that_is_wished(tmp_path: Path) -> None:
    async with backup_service(tmp_path, backup_local_file=tmp_path / "本机/mycrm-%Y%m%d.zip") as service:
        await service.ask(BackupRunRequested)
        name = _name(service)

    assert (tmp_path / "本机" / name).read_bytes() == (_copies(tmp_path) / name).read_bytes()
    assert [path.name for path in (tmp_path / "本机").iterdir()] == [name]


async def test_an_encrypted_copy_is_proven_by_its_key_and_is_no_zip_to_others(
    database_url: str, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    async with backup_service(
        tmp_path,
        database_url=database_url,
        backup_age_recipients=str(identity.to_public()),
        backup_age_identity=SecretStr(str(identity)),
        backup_remote_file="/backup/mycrm-%Y%m%d.zip.age",
    ) as service:
        await service.fill(5)
        answer = await service.ask(BackupRunRequested)
        [run] = await service.runs()

    assert answer["ok"], answer
    assert run.verified_at is not None
    [whole] = _copies(tmp_path).glob("*.age")
    assert whole.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert not zipfile.is_zipfile(whole)
    assert json.loads(whole.with_name(whole.name + ".json").read_text())["sealed"] == "age"
    assert not list((tmp_path / "data/backup-work").glob("copy*"))


async def test_copies_that_could_never_be_proven_here_stop_the_start(tmp_path: Path) -> None:
    public = str(pyrage.x25519.Identity.generate().to_public())
    other = SecretStr(str(pyrage.x25519.Identity.generate()))

    chosen: tuple[dict[str, Any], ...] = ({}, {"backup_age_identity": other})
    for settings in chosen:
        with pytest.raises(StartError, match="setting_invalid"):
            async with backup_service(tmp_path, backup_age_recipients=public, **settings):
                pass
    async with backup_service(tmp_path, backup_age_recipients=public, backup_verify="off") as service:
        answer = await service.ask(BackupRunRequested)
        [run] = await service.runs()

    assert answer["ok"]
    assert run.tried_at is None


async def test_copies_that_are_missing_for_26_hours_are_told_once_a_day(tmp_path: Path) -> None:
    async with backup_service(tmp_path) as service:
        assert (await service.ask(BackupRunRequested))["ok"]
        _in_the_way(tmp_path)
        missing = [await _times_missing(service, later=hours) for hours in (25, 2, 0, 25)]

        told = {event.reason for event in await service.told() if isinstance(event, BackupFailed)}
    assert missing == [0, 1, 1, 2]
    assert told == {"backup_missing", "backup_work_folder_unusable"}


async def test_a_copy_that_was_not_proven_is_no_copy_to_rely_on(tmp_path: Path) -> None:
    async with backup_service(tmp_path) as service:
        await service.ask(BackupRunRequested)
        async with service.runtime.unit_for("backup")() as work:
            unproven = {"verified_at": None, "verify_reason": "backup_differs"}
            await work.connection.execute(update(backup_runs).values(**unproven))
            long_ago = work.at - timedelta(hours=27)
            await work.connection.execute(update(backup_timer).values(since=long_ago))
        _in_the_way(tmp_path)

        assert await _times_missing(service, later=0) == 1


def _in_the_way(tmp_path: Path) -> None:
    """Let no copy be made any more."""
    work = tmp_path / "data/backup-work"
    work.rmdir()
    work.write_text("in the way of the work folder")


async def _times_missing(service: BackupService, *, later: int) -> int:
    """Look so many hours later, and return how often it was told by now that copies are missing."""
    await _age(service, hours=later)
    with suppress(MyCRMError):
        await service.look()
    told = await service.told()
    return sum(isinstance(event, BackupFailed) and event.reason == "backup_missing" for event in told)


async def _age(service: BackupService, *, hours: int) -> None:
    """Let all that was written down have happened so much earlier."""
    async with service.runtime.unit_for("backup")() as work:
        for table in (backup_runs, backup_timer):
            for row in (await work.connection.execute(select(table))).mappings().all():
                earlier = {
                    name: value - timedelta(hours=hours)
                    for name, value in row.items()
                    if isinstance(value, datetime)
                }
                [key] = table.primary_key.columns
                await work.connection.execute(update(table).where(key == row[key.name]).values(**earlier))


async def test_whoever_watches_hears_of_each_copy_and_what_became_of_it(tmp_path: Path) -> None:
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response(status=500 if "start" in request.path else 200)

    app = web.Application()
    app.router.add_get("/{tail:.*}", hear)
    async with TestServer(app) as server:
        url = SecretStr(str(server.make_url("/ping/a-secret/")))
        async with backup_service(tmp_path, backup_ping_url=url) as service:
            await service.ask(BackupRunRequested)
            whole = _copies(tmp_path) / _name(service)
            whole.unlink()
            whole.mkdir()
            await service.ask(BackupRunRequested)

    start, fail = "/ping/a-secret/start", "/ping/a-secret/fail"
    assert heard == [start, "/ping/a-secret/", start, fail]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "nonsense", "http://"])
async def test_an_address_that_cannot_be_watched_from_stops_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(StartError, match="setting_invalid"):
        async with backup_service(tmp_path, backup_ping_url=SecretStr(url)):
            pass


async def test_nobody_who_watches_stops_no_copy(tmp_path: Path) -> None:
    url = SecretStr(f"http://127.0.0.1:{free_port()}/gone")
    async with backup_service(tmp_path, backup_ping_url=url) as service:
        assert (await service.ask(BackupRunRequested))["ok"]
