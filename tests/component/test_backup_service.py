"""A copy is made, proven and told; and what goes wrong leaves the old copies alone."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from mycrm_common.events.backups import (
    BackupCompleted,
    BackupFailed,
    BackupHostRequested,
    BackupRequestAnswered,
    BackupRunRequested,
    BackupVerifyRequested,
)
from tests.component.backup_service import BackupService, backup_service
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

        from sqlalchemy import update

        from mycrm_common.db.tables.backups import backup_timer

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
