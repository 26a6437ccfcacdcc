"""A copy to an SFTP server on this machine, beside `mariadb-dump | gzip` of the same database into a file.

Dump, sums, zip, upload and manifest on our side; the two take turns, so that both meet the same machine. The memory is
the most that the service's own process ever had, for a small database and for one that is many times larger.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from mycrm_backup.service import account_of
from mycrm_common.clock import SystemClock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import schema
from mycrm_common.db.dialects import insert_rows
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.messages import messages
from mycrm_common.db.unit_of_work import SqlUnits
from tests.bench.rows import row
from tests.support.mariadb import MariaDBServer, mariadb
from tests.support.process import inherited_environment
from tests.support.sftp import SftpServer, sftp_server

MAILS, FEW, TURNS = 60_000, 2_000, 3
_AT_ONCE = 500
_WORDS = "请问这批货什么时候可以发出？ Dear Mr Wang, thank you for your order of 3 machines; see attached. "
_HOW = ("--single-transaction", "--order-by-primary", "--routines", "--events", "--triggers", "--hex-blob")


async def measure_copying(*, mails: int = MAILS, turns: int = TURNS) -> list[dict[str, Any]]:
    """Return how long copies take, ours and the plain one's, and how much memory ours took."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = await stack.enter_async_context(mariadb())
        place = await stack.enter_async_context(sftp_server())
        large, small = await _filled(server, mails), await _filled(server, FEW)
        ours, plain, memory = [], [], []
        for _ in range(turns):
            seconds, kilobytes = await _ours(large, place, folder=folder)
            ours.append(seconds)
            memory.append(kilobytes / 1024)
            plain.append(await asyncio.to_thread(_plain, large, folder))
        _, least = await _ours(small, place, folder=folder)
    ratios = [one / other for one, other in zip(ours, plain, strict=True)]
    return [
        row(f"copy of {mails} mails over SFTP: dump, sums, zip, upload", ours, "s"),
        row("  mariadb-dump | gzip into a file", plain, "s"),
        row("  ratio", ratios, "x", target="target <= 1.2"),
        row("most memory of the service meanwhile", memory, "MB", target="target 120"),
        row(f"  the same for {FEW} mails", [least / 1024], "MB"),
    ]


async def _filled(server: MariaDBServer, mails: int) -> str:
    """Return the URL of a database with so many mails, no two of them alike."""
    url = server.url(await server.create_database())
    database = Database(parse_url(url))
    await schema.migrate(database)
    unit = SqlUnits(database, service="mail-fetcher", clock=SystemClock(), crash=CrashPoints())
    for begin in range(0, mails, _AT_ONCE):
        rows = [_mail(number) for number in range(begin, min(begin + _AT_ONCE, mails))]
        async with unit() as work:
            names = (*rows[0], "date", "stored_at")
            values = [(*one.values(), work.at, work.at) for one in rows]
            await insert_rows(work.connection, messages, names, values)
    await database.close()
    return url


def _mail(number: int) -> dict[str, Any]:
    content = "".join(f"<p>{_WORDS}{(number + line) * 7919 % 1_000_003}</p>" for line in range(20))
    return {
        "sender": f"customer {number}",
        "type": "receive",
        "subject": f"订单 {number}",
        "content": content,
        "message_id": f"<{number}@example.com>",
        "sender_address": f"c{number}@example.com",
        "attachments": "[]",
        "blocked_images": 0,
        "mark": "",
    }


async def _ours(url: str, place: SftpServer, *, folder: Path) -> tuple[float, int]:
    """Return the seconds of a copy, and the kilobytes that its process had at most."""
    asked = {
        "folder": str(folder),
        "database_url": url,
        "backup_url": f"sftp://{place.username}@{place.host}:{place.port}",
        "backup_private_key": place.private_key,
        "backup_host_key": place.host_key,
        "backup_remote_file": f"{place.home}/mycrm-%Y%m%d.zip",
    }
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.bench.copying_process"],
        input=json.dumps(asked),
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(ended.stdout.splitlines()[-1])
    return float(said["seconds"]), int(said["kilobytes"])


def _plain(url: str, folder: Path) -> float:
    account = account_of(url)
    assert account is not None
    options = folder / "options.cnf"
    options.write_bytes(account.options())
    options.chmod(0o600)
    command = ["mariadb-dump", f"--defaults-file={options}", *_HOW, account.database]
    began = time.perf_counter()
    with (
        (folder / "plain.gz").open("wb") as out,
        subprocess.Popen(command, stdout=subprocess.PIPE) as dumping,
    ):
        subprocess.run(["gzip"], stdin=dumping.stdout, stdout=out, check=True)
    assert dumping.returncode == 0
    return time.perf_counter() - began
