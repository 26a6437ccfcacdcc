"""`mycrm backup ...` and what `mycrm migrate` does before it changes anything, as an operator types them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from mycrm_common.clock import SystemClock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.settings import config
from mycrm_common.db.unit_of_work import SqlUnits
from tests.support.command import mycrm
from tests.support.embedded import embedded_crm
from tests.support.older_schema import migrated_to

MARIADB = pytest.param("mariadb", marks=pytest.mark.servers("mariadb"))
TEXT = "客户 \U0001f600 \\ ' \0 end"
OLDER = schema.REVISIONS[-2]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of the file in the data folder."""
    (tmp_path / "data").mkdir()
    return f"sqlite+aiosqlite:///{tmp_path}/data/mycrm.db"


@pytest.fixture(params=["sqlite", MARIADB])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new empty database of either kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database, until the block ends."""
    database = Database(parse_url(url))
    try:
        yield database
    finally:
        await database.close()


async def _fill(url: str, *, revision: str = schema.REVISIONS[-1]) -> None:
    async with opened(url) as database:
        await migrated_to(database, revision)
        unit = SqlUnits(database, service="api", clock=SystemClock(), crash=CrashPoints())
        async with unit() as work:
            rows = [{"parameter": f"p{number}", "value": f"{TEXT}{number}"} for number in range(50)]
            await work.connection.execute(insert(config), rows)


async def _values(url: str) -> list[str]:
    async with opened(url) as database, database.reading() as reading:
        wanted = select(config.c.value).where(config.c.parameter.like("p%")).order_by(config.c.parameter)
        return list((await reading.connection.execute(wanted)).scalars())


async def _revision(url: str) -> str | None:
    async with opened(url) as database:
        return await schema.current_revision(database)


async def test_a_copy_is_made_listed_proven_pruned_and_restored(tmp_path: Path, sqlite_url: str) -> None:
    await _fill(sqlite_url)
    before = await _values(sqlite_url)
    folder = tmp_path / "data/backups/backup"
    folder.mkdir(parents=True)
    (folder / "mycrm-20200101.zip").write_text("old")

    async with embedded_crm(tmp_path, environment={"MYCRM_BACKUP_DAYS_SAVED": "36500"}) as crm:
        await crm.ready()
        made = await mycrm("backup", "now", folder=tmp_path)
        listed = await mycrm("backup", "list", "--json", folder=tmp_path)
    proven = await mycrm("backup", "verify", folder=tmp_path)
    rehearsed = await mycrm("backup", "prune", "--dry-run", folder=tmp_path)
    is_there = (folder / "mycrm-20200101.zip").exists()
    pruned = await mycrm("backup", "prune", folder=tmp_path)
    (tmp_path / "data/mycrm.db").unlink()
    restored = await mycrm("backup", "restore", folder=tmp_path)
    beside = await mycrm("backup", "restore", "--into", str(tmp_path / "beside.db"), folder=tmp_path)
    nothing = await mycrm("backup", "restore", "--at", "2020-01-01", folder=tmp_path)

    commands = (made, listed, proven, rehearsed, pruned, restored, beside)
    assert [one.code for one in commands] == [0] * 7, commands
    assert "can be restored" in made.out + proven.out
    [item] = json.loads(listed.out)["items"]
    assert item["proof"]["ok"]
    assert is_there
    assert "mycrm-20200101.zip would be removed" in rehearsed.out
    assert "mycrm-20200101.zip was removed" in pruned.out
    assert not (folder / "mycrm-20200101.zip").exists()
    assert (nothing.code, "backup_not_found" in nothing.err) == (1, True)
    assert await _values(sqlite_url) == await _values(f"sqlite+aiosqlite:///{tmp_path}/beside.db") == before


@pytest.mark.servers("mariadb")
async def test_a_team_moves_from_the_file_to_mariadb_by_a_portable_copy(
    tmp_path: Path, sqlite_url: str, mariadb_url: str
) -> None:
    await _fill(sqlite_url)
    before = await _values(sqlite_url)

    plain = await mycrm("backup", "now", folder=tmp_path)
    refused = await mycrm("backup", "restore", folder=tmp_path, MYCRM_DATABASE_URL=mariadb_url)
    made = await mycrm("backup", "now", "--portable", folder=tmp_path)
    moved = await mycrm("backup", "restore", folder=tmp_path, MYCRM_DATABASE_URL=mariadb_url)

    assert (plain.code, refused.code) == (0, 1), (plain, refused)
    assert "backup_engine_differs" in refused.err
    assert (made.code, moved.code) == (0, 0), (made, moved)
    assert await _values(mariadb_url) == before
    assert await _revision(mariadb_url) == schema.REVISIONS[-1]
    again = await mycrm("migrate", folder=tmp_path, MYCRM_DATABASE_URL=mariadb_url)
    assert "nothing to do" in again.out


async def test_a_copy_is_made_before_the_schema_is_changed_and_leads_back(
    tmp_path: Path, database_url: str
) -> None:
    await _fill(database_url, revision=OLDER)
    before = await _values(database_url)

    brought_up = await mycrm("migrate", folder=tmp_path, MYCRM_DATABASE_URL=database_url)
    again = await mycrm("migrate", folder=tmp_path, MYCRM_DATABASE_URL=database_url)

    assert (brought_up.code, again.code) == (0, 0), brought_up
    assert await _revision(database_url) == schema.REVISIONS[-1]
    folder = tmp_path / "data/backups/before-upgrade"
    whole, manifest = sorted(folder.iterdir(), key=lambda path: path.suffix, reverse=True)
    assert json.loads(manifest.read_text())["contents"]["revision"] == OLDER
    assert whole.suffix == ".zip"
    back = await mycrm(
        "backup",
        "restore",
        folder=tmp_path,
        MYCRM_DATABASE_URL=database_url,
        MYCRM_BACKUP_REMOTE_FILE="/before-upgrade/mycrm-%Y%m%d-%H%M%S.zip",
    )
    assert back.code == 0, back
    assert await _revision(database_url) == OLDER
    assert await _values(database_url) == before


async def test_without_a_copy_nothing_is_changed(tmp_path: Path, database_url: str) -> None:
    await _fill(database_url, revision=OLDER)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/backups").write_text("in the way of the folder")

    refused = await mycrm("migrate", folder=tmp_path, MYCRM_DATABASE_URL=database_url)
    as_service = await mycrm("run", folder=tmp_path, MYCRM_DATABASE_URL=database_url)
    unchanged = await _revision(database_url)
    wished = await mycrm(
        "migrate", folder=tmp_path, MYCRM_DATABASE_URL=database_url, MYCRM_BACKUP_BEFORE_MIGRATE="false"
    )

    assert (refused.code, as_service.code) == (2, 2), refused
    assert "MYCRM_BACKUP_BEFORE_MIGRATE=false" in refused.err
    assert unchanged == OLDER
    assert wished.code == 0, wished
    assert await _revision(database_url) == schema.REVISIONS[-1]


async def test_a_fresh_database_needs_no_copy(tmp_path: Path) -> None:
    made = await mycrm("migrate", folder=tmp_path)

    assert made.code == 0, made
    assert not (tmp_path / "data/backups").exists()
