"""Copies over the API: made, listed, proven, downloaded and pruned, by admins alone."""

import hashlib
import zipfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from mycrm_api.service import build as build_api
from mycrm_api.settings import ApiSettings
from mycrm_backup.service import NAME
from mycrm_backup.service import build as build_backup
from mycrm_backup.settings import BackupSettings
from mycrm_common.db import schema
from mycrm_common.db.tables.backups import backup_pieces, backup_runs
from mycrm_common.db.tables.users import users
from mycrm_common.running import running
from mycrm_common.runtime import open_runtime
from tests.component.api_service import ApiClient

MARIADB = pytest.param("mariadb", marks=pytest.mark.servers("mariadb"))


@pytest.fixture(params=["sqlite", MARIADB])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"
    url: str = request.getfixturevalue("mariadb_url")
    return url


@asynccontextmanager
async def office(folder: Path, *, database_url: str, **settings: Any) -> AsyncIterator[ApiClient]:
    """Run api and backup side by side, as they run everywhere."""
    common: dict[str, Any] = {
        "data_dir": folder / "data",
        "database_url": SecretStr(database_url),
        "log_level": "error",
        "time_zone": "Asia/Shanghai",
    }
    ours = ApiSettings.load(http_port=0, **common)
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(ours))
        await schema.migrate(runtime.database)
        api = await stack.enter_async_context(build_api(runtime.for_service("api"), ours))
        theirs = BackupSettings.load(**common, **settings)
        backup = await stack.enter_async_context(build_backup(runtime.for_service(NAME), theirs))
        run = await stack.enter_async_context(running(runtime, [api, backup], health_port=None))
        jar = aiohttp.CookieJar(unsafe=True)
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        client = ApiClient(run.addresses["web"], session, runtime=runtime)
        session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def _made(client: ApiClient) -> dict[str, Any]:
    status, copy, _ = await client.ask("POST", "/api/v1/backups", {})
    assert status == 201, copy
    return dict(copy)


async def test_a_copy_is_made_listed_and_downloaded_byte_by_byte(tmp_path: Path, database_url: str) -> None:
    async with office(tmp_path, database_url=database_url) as client:
        copy = await _made(client)
        _, page, _ = await client.ask("GET", "/api/v1/backups")
        url = f"{client.url}/api/v1/backups/{copy['id']}/download"
        async with client.session.get(url) as answer:
            body = await answer.read()
        tell_figures = client.runtime.health.figures
        assert tell_figures is not None
        figures = (await tell_figures()).decode()

    assert f"mycrm_backup_bytes {float(copy['bytes'])}" in figures
    assert "mycrm_backup_failed 0.0" in figures
    assert figures.count("mycrm_backup_age_seconds{") == 2
    assert "NaN" not in figures
    assert copy["proof"]["ok"]
    assert [item["id"] for item in page["items"]] == [copy["id"]]
    assert page["proven"]["id"] == copy["id"]
    assert answer.status == 200
    assert answer.headers["Content-Length"] == str(len(body)) == str(copy["bytes"])
    assert "attachment" in answer.headers["Content-Disposition"]
    assert hashlib.sha256(body).hexdigest() == copy["sha256"]
    assert zipfile.ZipFile(BytesIO(body)).testzip() is None


async def test_a_large_copy_comes_in_pieces_that_are_gone_afterwards(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"
    async with office(tmp_path, database_url=url, backup_verify="off") as client:
        copy = await _made(client)
        [whole] = (tmp_path / "data/backups/backup").glob("*.zip")
        # Larger than what may lie in the database at once, and no multiple of a piece.
        large = whole.read_bytes() + bytes(range(256)) * 100_000
        whole.write_bytes(large)
        async with client.runtime.unit_for(NAME)() as work:
            await work.connection.execute(update(backup_runs).values(bytes=len(large)))
        async with client.session.get(f"{client.url}/api/v1/backups/{copy['id']}/download") as answer:
            body = await answer.read()
        async with client.runtime.database.reading() as reading:
            left = (
                await reading.connection.execute(select(func.count()).select_from(backup_pieces))
            ).scalar_one()

    assert body == large
    assert left <= 8


async def test_a_copy_that_is_gone_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    async with office(tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/mycrm.db") as client:
        copy = await _made(client)
        for file in (tmp_path / "data/backups/backup").iterdir():
            file.unlink()

        status, problem, _ = await client.ask("GET", f"/api/v1/backups/{copy['id']}/download")
        missing, _, _ = await client.ask("GET", "/api/v1/backups/999/download")
        unproven, why, _ = await client.ask("POST", f"/api/v1/backups/{copy['id']}/verify")

    assert (status, problem["code"]) == (404, "backup_file_missing")
    assert missing == 404
    assert (unproven, why["code"]) == (404, "backup_file_missing")


async def test_old_copies_are_named_before_they_go(tmp_path: Path) -> None:
    async with office(tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/mycrm.db") as client:
        early, refused, _ = await client.ask("POST", "/api/v1/backups/prune", {})
        copy = await _made(client)
        folder = tmp_path / "data/backups/backup"
        (folder / "mycrm-20200101.zip").write_text("old")
        (folder / "foreign.zip").write_text("foreign")

        _, rehearsed, _ = await client.ask("POST", "/api/v1/backups/prune", {"dry_run": True})
        there = {path.name for path in folder.iterdir()}
        _, pruned, _ = await client.ask("POST", "/api/v1/backups/prune", {})
        left = {path.name for path in folder.iterdir()}

    assert (early, refused["code"]) == (404, "backup_not_found")
    old = "/backup/mycrm-20200101.zip"
    assert rehearsed == {"files": [old], "reason": "", "dry_run": True}
    assert pruned == {"files": [old], "reason": "", "dry_run": False}
    name = copy["file"].rpartition("/")[2]
    assert there - left == {"mycrm-20200101.zip"}
    assert left == {name, f"{name}.json", "foreign.zip"}


_ROUTES = (
    ("GET", "/backups"),
    ("GET", "/backups/1"),
    ("GET", "/backups/1/download"),
    ("POST", "/backups"),
    ("POST", "/backups/1/verify"),
    ("POST", "/backups/prune"),
    ("POST", "/backups/host"),
)


async def test_copies_are_for_admins_alone(tmp_path: Path) -> None:
    async with office(tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/mycrm.db") as client:
        async with client.runtime.unit_for("api")() as work:
            await work.connection.execute(update(users).values(role="member"))
        as_member = {path: (await client.ask(method, f"/api/v1{path}"))[0] for method, path in _ROUTES}
        client.session.cookie_jar.clear()
        as_nobody = {path: (await client.ask(method, f"/api/v1{path}"))[0] for method, path in _ROUTES}

    assert set(as_member.values()) == {403}, as_member
    assert set(as_nobody.values()) == {401}, as_nobody


async def test_a_host_that_has_no_key_is_told_so(tmp_path: Path) -> None:
    async with office(tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/mycrm.db") as client:
        status, problem, _ = await client.ask("POST", "/api/v1/backups/host", {})
        wrong, _, _ = await client.ask("POST", "/api/v1/backups", {"portable": "perhaps"})

    assert (status, problem["code"]) == (409, "backup_host_keyless")
    assert wrong == 422
