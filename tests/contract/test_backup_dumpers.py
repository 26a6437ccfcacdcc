"""Every dumper gives the whole database as it was at one moment, also while others write."""

import asyncio
import io
import json
import sqlite3
import zipfile
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from mycrm_backup.domain.manifest import Contents
from mycrm_backup.domain.zipping import ZipWriter
from mycrm_backup.ports import Dumper
from mycrm_backup.service import dumper_for
from mycrm_common.clock import SystemClock
from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables import all_tables
from mycrm_common.db.tables.messages import messages
from mycrm_common.db.tables.settings import config
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import MyCRMError

ODD = "中文 \U0001f600 'quote\" back\\slash \n line \r\n \t \0 nul ,(), ; -- 'x'), ('y"


@pytest.fixture
def dumper(database: Database, database_url: str, tmp_path: Path) -> Dumper:
    """The dumper of the database."""
    assert database.place
    return dumper_for(database_url, work_folder=tmp_path / "work", program=None)


async def _fill(database: Database, count: int, *, begin: int = 0) -> None:
    api = SqlUnits(database, service="api", clock=SystemClock(), crash=CrashPoints())
    mail = SqlUnits(database, service="mail-fetcher", clock=SystemClock(), crash=CrashPoints())
    async with api() as work:
        for number in range(begin, begin + count):
            row = {"parameter": f"p{number}", "value": f"{ODD}{number}"}
            await work.connection.execute(insert(config).values(**row))
    async with mail() as work:
        for number in range(begin, begin + count):
            await work.connection.execute(
                insert(messages).values(
                    sender=ODD[:60],
                    date=datetime(2026, 1, 1, 2, 3, 4, number, tzinfo=UTC),
                    type="receive",
                    subject=ODD,
                    content=ODD * 40,
                    content_key=bytes([number % 256, 10, 39, 92, 0, 255]) + number.to_bytes(26, "big"),
                    message_id=f"<{number}>",
                    sender_address="a@example.com",
                    attachments="[]",
                    blocked_images=0,
                    stored_at=work.at,
                )
            )


async def _dumped(dumper: Dumper, *, portable: bool = False) -> tuple[dict[str, bytes], Contents]:
    archive, out = ZipWriter(at=datetime(2026, 1, 1, tzinfo=UTC)), io.BytesIO()
    async with dumper.dump(portable=portable) as dump:
        async with aclosing(dump.members()) as members:
            async for name, pieces in members:
                out.write(archive.begin(name))
                async for piece in pieces:
                    out.write(archive.add(piece))
                out.write(archive.end())
        out.write(archive.close())
        contents = dump.contents()
    with zipfile.ZipFile(out) as read:
        assert read.testzip() is None
        return {name: read.read(name) for name in read.namelist()}, contents


async def test_every_table_is_counted_from_the_dump_itself(database: Database, dumper: Dumper) -> None:
    await _fill(database, 30)

    _, contents = await _dumped(dumper)

    async with database.reading() as reading:
        counted = {
            table.name: (
                await reading.connection.execute(select(func.count()).select_from(table))
            ).scalar_one()
            for table in all_tables().sorted_tables
        }
    found = {name: table.rows for name, table in contents.tables.items() if name != "alembic_version"}
    assert found == counted
    assert contents.tables["messages"].rows == 30


async def test_the_same_rows_have_the_same_sums_and_another_row_others(
    database: Database, dumper: Dumper
) -> None:
    await _fill(database, 5)
    _, first = await _dumped(dumper, portable=True)
    _, again = await _dumped(dumper, portable=True)
    await _fill(database, 1, begin=5)
    _, more = await _dumped(dumper, portable=True)

    assert first == again
    changed = {name for name in more.tables if more.tables[name] != first.tables[name]}
    assert changed == {"config", "messages"}
    assert {name for name in more.portable if more.portable[name] != first.portable[name]} == changed


async def test_a_dump_is_of_one_moment_while_others_write(database: Database, dumper: Dumper) -> None:
    await _fill(database, 20)
    writing = asyncio.Event()

    async def write_on() -> None:
        number = 20
        while not writing.is_set():
            await _fill(database, 1, begin=number)
            number += 1

    async with asyncio.TaskGroup() as group:
        group.create_task(write_on())
        _, contents = await _dumped(dumper)
        writing.set()

    # Each round writes a setting and then a mail: at one moment there is at most one setting more.
    assert 0 <= contents.tables["config"].rows - contents.tables["messages"].rows <= 1
    assert contents.tables["messages"].rows >= 20


async def test_portable_rows_hold_every_value(database: Database, dumper: Dumper) -> None:
    await _fill(database, 3)

    members, contents = await _dumped(dumper, portable=True)

    head, *rows = [json.loads(line) for line in members["rows/messages.jsonl"].decode().split("\n") if line]
    row = dict(zip(head, rows[2], strict=True))
    assert row["content"] == ODD * 40
    assert row["date"] == "2026-01-01T02:03:04.000002"
    assert len(rows) == contents.portable["messages"].rows == 3
    assert set(contents.portable) == {table.name for table in all_tables().sorted_tables}


async def test_what_is_sent_can_be_opened_by_hand(database: Database, dumper: Dumper, tmp_path: Path) -> None:
    await _fill(database, 3)

    members, _ = await _dumped(dumper)

    [(name, whole)] = members.items()
    if name == "mycrm.db":
        (tmp_path / "by-hand.db").write_bytes(whole)
        sql = sqlite3.connect(tmp_path / "by-hand.db")
        assert sql.execute("SELECT count(*) FROM messages").fetchone() == (3,)
        sql.close()
    else:
        assert name == "mycrm.sql"
        assert whole.rstrip().split(b"\n")[-1].startswith(b"-- Dump completed")


async def test_nothing_is_left_behind(dumper: Dumper, tmp_path: Path) -> None:
    await _dumped(dumper, portable=True)

    work = tmp_path / "work"
    assert not work.exists() or list(work.iterdir()) == []


_LIARS = {
    "short": "echo '-- MariaDB dump'; echo 'CREATE TABLE `config` ('",
    "silent": "exit 0",
    "failing": "echo '-- Dump completed on 2026'; exit 3",
    "complaining": "echo '-- Dump completed on 2026'; echo 'Got error: 2013' >&2",
    "killed": "echo '-- MariaDB dump'; kill -9 $$",
    "unreadable": "echo 'INSERT INTO `config` VALUES (1),(2);'; echo '-- Dump completed on 2026'",
}


@pytest.mark.parametrize("liar", _LIARS)
async def test_a_dump_that_did_not_end_well_is_no_dump(liar: str, tmp_path: Path) -> None:
    program = tmp_path / "mariadb-dump"
    program.write_text(f"#!/bin/sh\n{_LIARS[liar]}\n")
    program.chmod(0o755)
    url = "mysql+aiomysql://mycrm:secret-word@127.0.0.1:3306/mycrm"

    with pytest.raises(MyCRMError, match="backup_dump_"):
        await _dumped(dumper_for(url, work_folder=tmp_path, program=program))


async def test_a_tool_that_is_missing_is_named(tmp_path: Path) -> None:
    url = "mysql+aiomysql://mycrm:secret-word@127.0.0.1:3306/mycrm"

    with pytest.raises(MyCRMError, match=r"backup_tool_missing.*nowhere"):
        await _dumped(dumper_for(url, work_folder=tmp_path, program=tmp_path / "nowhere"))


async def test_the_password_is_on_no_command_line_and_in_no_environment(tmp_path: Path) -> None:
    program = tmp_path / "mariadb-dump"
    program.write_text(
        f"#!/bin/sh\ncat /proc/$$/cmdline /proc/$$/environ > {tmp_path}/seen\n"
        f"cat \"${{1#--defaults-file=}}\" > {tmp_path}/told\necho '-- Dump completed'\n"
    )
    program.chmod(0o755)
    url = "mysql+aiomysql://mycrm:secret%22word@127.0.0.1:3306/mycrm"

    await _dumped(dumper_for(url, work_folder=tmp_path, program=program))

    assert b"secret" not in (tmp_path / "seen").read_bytes()
    assert 'password="secret\\"word"' in (tmp_path / "told").read_text()
