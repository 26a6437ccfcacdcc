"""A first look at a mailbox, beside mbsync pulling the same one: mails per second until they are stored.

Both read the same Dovecot over TLS on loopback, directly and through a line of 40 ms there and back. Ours writes
into a real MariaDB, mbsync into a Maildir. Then a look at 50 folders in which nothing is new.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mycrm_common.clock import SystemClock
from tests.bench.letters import bench_mails
from tests.bench.rows import row
from tests.support.certificates import make_authority
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.mariadb import MariaDBServer, mariadb
from tests.support.tcp_proxy import tcp_proxy

MAILS = 5_000
FOLDERS = 50
OTHER = "other@example.cn"
RUNS = 3
ONE_WAY_SECONDS = 0.020
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one run of ours took."""

    seconds: float
    stored: int
    megabytes: float
    idle_seconds: float


@asynccontextmanager
async def made_mailbox(folder: Path, *, mails: int) -> AsyncIterator[DovecotServer]:
    """A Dovecot with the mails in the INBOX of one account, and another account with many folders."""
    async with dovecot(folder, authority=make_authority(folder)) as server:
        await server.deliver_all(bench_mails(mails, newest_at=SystemClock().now()))
        other = server.add_user(OTHER)
        for number in range(FOLDERS - 1):
            folder_name = f"Customers {number:02}"
            await other.create_folder(folder_name)
            (mail,) = bench_mails(1, newest_at=SystemClock().now(), seed=number)
            await other.deliver(folder_name, mail.raw_bytes, internal_date=mail.internal_date)
        yield server


async def measure_fetching(*, mails: int = MAILS, runs: int = RUNS) -> list[dict[str, Any]]:
    """Return the figures of ours beside those of mbsync, each pair in the same minute."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        async with mariadb() as database, made_mailbox(folder, mails=mails) as server:
            # Dovecot builds its indexes once.
            await theirs(server, server.port, folder / "warm", username=server.username)
            for line, seconds in (("loopback", 0.0), ("40 ms there and back", ONE_WAY_SECONDS)):
                async with tcp_proxy(server.host, server.port) as proxy:
                    proxy.delay(up_seconds=seconds, down_seconds=seconds)
                    port = proxy.port if seconds else server.port
                    rows += await _beside(line, server, port, folder, database, mails=mails, runs=runs)
    return rows


async def _beside(
    line: str,
    server: DovecotServer,
    port: int,
    folder: Path,
    database: MariaDBServer,
    *,
    mails: int,
    runs: int,
) -> list[dict[str, Any]]:
    our, their, ratios, idle, memory = [], [], [], [], []
    for run in range(runs):
        maildir = folder / f"{port}-{run}"
        their_seconds = await theirs(server, port, maildir, username=server.username)
        figures = await ours(server, port, database, username=server.username)
        if figures.stored < mails:
            raise RuntimeError(f"{figures.stored} of {mails} mails were stored")
        our.append(mails / figures.seconds)
        their.append(mails / their_seconds)
        ratios.append(their_seconds / figures.seconds)
        memory.append(figures.megabytes)
        maildir = folder / f"{port}-{run}-folders"
        await theirs(server, port, maildir, username=OTHER)
        their_idle = await theirs(server, port, maildir, username=OTHER)
        idle.append((await ours(server, port, database, username=OTHER)).idle_seconds / their_idle)
    target = "target >= 3" if line == "loopback" else "target >= 4"
    return [
        row(f"first look stored in MariaDB, {line}", our, "/s"),
        row(f"  mbsync into a Maildir, {line}", their, "/s"),
        row(f"  ours / mbsync, {line}", ratios, "x", target=target),
        row(f"  {FOLDERS} folders with nothing new, ours / mbsync", idle, "x", target="target <= 1"),
        row("  peak memory of ours, both processes", memory, "MB", target="target 200"),
    ]


async def ours(server: DovecotServer, port: int, database: MariaDBServer, *, username: str) -> Figures:
    """Let mail-fetcher look at the mailbox twice, in a process of its own."""
    name = await database.create_database()
    with tempfile.TemporaryDirectory() as data:
        asked = {
            "data": data,
            "database": database.url(name),
            "host": server.host,
            "port": port,
            "username": username,
            "password": server.password,
            "ca_file": str(server.ca_file),
        }
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.fetching_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        told, _ = await child.communicate(json.dumps(asked).encode())
    await database.drop_database(name)
    if child.returncode:
        raise RuntimeError("mail-fetcher did not finish its look")
    return Figures(**json.loads(told.splitlines()[-1]))


async def theirs(server: DovecotServer, port: int, maildir: Path, *, username: str) -> float:
    """Return the seconds that mbsync takes to pull what it does not have yet."""
    maildir.mkdir(exist_ok=True)
    settings = maildir / "mbsyncrc"
    settings.write_text(
        f"""IMAPAccount team
Host localhost
Port {port}
User "{username}"
Pass "{server.password}"
SSLType IMAPS
CertificateFile {server.ca_file}

IMAPStore far
Account team

MaildirStore near
Path {maildir}/mail/
Inbox {maildir}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Sync Pull
SyncState {maildir}/state/
""",
        "utf-8",
    )
    for name in ("mail", "state"):
        (maildir / name).mkdir(exist_ok=True)
    began = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        "mbsync", "-q", "-c", settings, "-a", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    words, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"mbsync: {words.decode(errors='replace')}")
    return time.perf_counter() - began


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MAILS
    for figure in asyncio.run(measure_fetching(mails=count, runs=1)):
        print(figure)
