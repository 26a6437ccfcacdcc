"""What stops a start: one clear line in the reader's language, exit code 2, no trace, no half-made database."""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.embedded import embedded_crm
from tests.support.mariadb import MariaDBServer
from tests.support.ports import free_port
from tests.support.process import inherited_environment


def _start(
    folder: Path, *, module: str = "mycrm_embedded", **settings: str
) -> subprocess.CompletedProcess[str]:
    chosen = {"MYCRM_DATA_DIR": str(folder / "data"), "MYCRM_HTTP_PORT": str(free_port())}
    environment = inherited_environment() | chosen | settings
    return subprocess.run(
        [sys.executable, "-m", *module.split()],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _the_line(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that was told for people; log lines are JSON."""
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    told = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert len(told) == 1, ended.stderr
    return told[0]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"MYCRM_HTTP_PORT": "eighty"}, ["MYCRM_HTTP_PORT"]),
        ({"MYCRM_HTTP_PORT": "99999"}, ["MYCRM_HTTP_PORT"]),
        ({"MYCRM_TIME_ZONE": "Mars/Base"}, ["MYCRM_TIME_ZONE", "time zone"]),
        ({"MYCRM_FETCH_INTERVAL_SECONDS": "0"}, ["MYCRM_FETCH_INTERVAL_SECONDS"]),
        ({"MYCRM_BUS_URL": "kafka://x"}, ["MYCRM_BUS_URL"]),
        ({"MYCRM_DATABASE_URL": "mariadb+aiomysql://u:hidden@h/d"}, ["MYCRM_DATABASE_URL", "mysql+aiomysql"]),
        ({"MYCRM_DATABASE_URL": "nonsense"}, ["MYCRM_DATABASE_URL"]),
        ({"MYCRM_SECRET_KEY": "hidden"}, ["MYCRM_SECRET_KEY", "32"]),
        ({"MYCRM_SECRET_KEY_FILE": "/nowhere/key"}, ["MYCRM_SECRET_KEY_FILE", "/nowhere/key"]),
        ({"MYCRM_CONFIG_FILE": "/nowhere/config.json"}, ["MYCRM_CONFIG_FILE"]),
        ({"MYCRM_DATA_DIR": "/dev/null/data"}, ["/dev/null/data", "MYCRM_DATA_DIR"]),
        ({"MYCRM_WEB_DIR": "/nowhere"}, ["make setup"]),
        ({"MYCRM_LOG_LEVEL": "loud"}, ["MYCRM_LOG_LEVEL"]),
        ({"MYCRM_HTTP_HOST": "a..b"}, ["a..b"]),
        ({"MYCRM_FETCH_INTERVAL_SECONDS": "inf"}, ["MYCRM_FETCH_INTERVAL_SECONDS"]),
        ({"MYCRM_DATABASE_URL": "sqlite+aiosqlite:///:memory:"}, ["MYCRM_DATABASE_URL"]),
        ({"MYCRM_DATABASE_URL": "mysql+aiomysql://u:hidden@h/d?init_command=x"}, ["init_command"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_named_with_its_cause(
    tmp_path: Path, settings: dict[str, str], words: list[str]
) -> None:
    line = _the_line(_start(tmp_path, **settings))

    assert all(word in line for word in words), line
    assert "hidden" not in line


def test_the_line_is_chinese_for_a_chinese_reader(tmp_path: Path) -> None:
    line = _the_line(_start(tmp_path, MYCRM_LANGUAGE="zh-CN", MYCRM_HTTP_PORT="eighty"))

    assert "设置项 MYCRM_HTTP_PORT 无法使用" in line


def test_other_commands_tell_in_the_same_language(tmp_path: Path) -> None:
    module = "mycrm_embedded.cli migrate"
    line = _the_line(_start(tmp_path, module=module, MYCRM_LANGUAGE="zh-CN", MYCRM_SECRET_KEY="short"))

    assert "至少需要 32 个字符" in line


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        line = _the_line(_start(tmp_path, MYCRM_HTTP_PORT=str(port)))

    assert f"127.0.0.1:{port}" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the /dev/null case stands in")
def test_a_data_folder_without_rights_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)

    assert str(folder) in _the_line(_start(tmp_path))


async def test_a_second_crm_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with embedded_crm(tmp_path) as first:
        line = _the_line(_start(tmp_path))
        await first.ready()

    assert "mycrm.db" in line


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as sql, sql:
        sql.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        sql.execute("INSERT INTO alembic_version VALUES ('9999')")


def _broken(path: Path) -> None:
    path.write_bytes(b"this is no database" * 500)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as sql, sql:
        sql.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)")
        sql.execute("INSERT INTO customers VALUES (1, 'somebody of another program')")


def _content(path: Path) -> object:
    """Return what a database holds, or the bytes of what is none."""
    with closing(sqlite3.connect(path)) as sql:
        try:
            return list(sql.iterdump())
        except sqlite3.DatabaseError:
            return path.read_bytes()


@pytest.mark.parametrize(("make", "word"), [(_newer, "9999"), (_broken, "mycrm.db"), (_foreign, "customers")])
def test_a_database_that_is_not_ours_is_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], word: str
) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data/mycrm.db"
    make(path)
    before = _content(path)

    line = _the_line(_start(tmp_path))

    assert word in line
    assert _content(path) == before


def test_a_folder_in_the_databases_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "data/mycrm.db").mkdir(parents=True)

    assert "mycrm.db" in _the_line(_start(tmp_path))


def test_a_data_folder_of_any_name_keeps_its_database_inside(tmp_path: Path) -> None:
    folder = tmp_path / "what? 100%25 #1 客户"
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        _start(tmp_path, MYCRM_DATA_DIR=str(folder), MYCRM_HTTP_PORT=str(taken.getsockname()[1]))

    assert (folder / "mycrm.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.servers("mariadb")
async def test_a_servers_database_of_another_program_is_left_as_it_is(
    tmp_path: Path, mariadb_server: MariaDBServer
) -> None:
    name = await mariadb_server.create_database()
    await mariadb_server.execute(f"CREATE TABLE {name}.messages (id INT PRIMARY KEY)")

    ended = await asyncio.to_thread(_start, tmp_path, MYCRM_DATABASE_URL=mariadb_server.url(name))

    assert "messages" in _the_line(ended)
    assert await mariadb_server.execute(f"SHOW TABLES FROM {name}") == [("messages",)]


def test_a_database_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    url = f"mysql+aiomysql://crm:hidden@127.0.0.1:{free_port()}/mycrm"

    line = _the_line(_start(tmp_path, MYCRM_DATABASE_URL=url))

    assert "hidden" not in line


def test_a_start_that_fails_at_the_port_leaves_a_whole_database(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        _start(tmp_path, MYCRM_HTTP_PORT=str(taken.getsockname()[1]))

    with closing(sqlite3.connect(tmp_path / "data/mycrm.db")) as sql:
        tables = {row[0] for row in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"customers", "messages", "outbox", "alembic_version"} <= tables
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
