"""A private MariaDB: a real server on a loopback port with its data in a scratch folder, gone at the end.

It keeps its promises as a production server does (every commit is flushed), so that a kill finds what a
kill in production would find. Only its memory is small.
"""

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

import aiomysql

from tests.support.ports import free_port
from tests.support.process import ChildProcess
from tests.support.scratch import scratch_folder
from tests.support.servers import server_ran

PROGRAM = Path("/usr/sbin/mariadbd")
HOST, USER, PASSWORD = "127.0.0.1", "mycrm", "correct-horse"


class MariaDBServer:
    """A running MariaDB with one account that may do everything."""

    def __init__(self, folder: Path) -> None:
        """Installs the system tables; start() starts the server."""
        self.host, self.port = HOST, free_port()
        self.username, self.password = USER, PASSWORD
        self.folder = folder
        self._names = count(1)
        options = _options(folder, port=self.port)
        _install(options)
        self._process = ChildProcess([PROGRAM, *options], log_file=folder / "mariadb.log")

    @property
    def running(self) -> bool:
        """Whether the server runs."""
        return self._process.running

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def url(self, database: str) -> str:
        """What MYCRM_DATABASE_URL takes."""
        return f"mysql+aiomysql://{USER}:{PASSWORD}@{self.host}:{self.port}/{database}"

    async def create_database(self, *, character_set: str = "utf8mb4") -> str:
        """A new empty database; gives its name."""
        name = f"test_{next(self._names)}"
        await self.execute(f"CREATE DATABASE {name} CHARACTER SET {character_set}")
        return name

    async def drop_database(self, name: str) -> None:
        """Removes a database, so that a long run does not fill the disk; not while somebody still uses it."""
        with suppress(aiomysql.OperationalError):
            await self.execute(f"SET STATEMENT lock_wait_timeout = 1 FOR DROP DATABASE IF EXISTS {name}")

    async def execute(self, statement: str, *, database: str | None = None) -> list[tuple[object, ...]]:
        """The rows that a statement gives, asked through a connection of its own."""
        connection = await aiomysql.connect(
            host=self.host, port=self.port, user=USER, password=PASSWORD, db=database, autocommit=True
        )
        try:
            async with connection.cursor() as cursor:
                await cursor.execute(statement)
                return list(await cursor.fetchall())
        finally:
            await connection.ensure_closed()

    async def start(self) -> None:
        """Starts the server and returns when it answers, on the same port as before."""
        self._process.start()
        await self._process.until(self.answers, what="MariaDB answers", seconds=60)

    async def stop(self) -> None:
        """Ends the server in order, as for maintenance."""
        await self._process.stop(grace_seconds=30)

    def kill(self) -> None:
        """Ends the server in the middle of whatever it does."""
        self._process.end()

    def log(self) -> str:
        """What the server wrote so far."""
        return self._process.output()

    async def answers(self) -> bool:
        """Whether the server answers a question."""
        try:
            return bool(await self.execute("SELECT 1"))
        except aiomysql.OperationalError:
            return False


@asynccontextmanager
async def mariadb() -> AsyncIterator[MariaDBServer]:
    """A running MariaDB without databases."""
    with scratch_folder("mariadb") as folder:
        server = await asyncio.to_thread(MariaDBServer, folder)
        try:
            await server.start()
            server_ran("mariadb", mariadb_version())
            yield server
        finally:
            server.kill()


def mariadb_version() -> str:
    """The installed version, such as 10.11.19."""
    answer = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"Ver ([\d.]+)", answer.stdout)
    if match is None:
        raise RuntimeError(f"a version was expected: {answer.stdout!r}")
    return match[1]


def _options(folder: Path, *, port: int) -> list[str]:
    account_file = folder / "account.sql"
    account_file.write_text(
        f"CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
        f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
    )
    return [
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--tmpdir={folder}",
        f"--socket={folder / 'mariadb.sock'}",
        f"--pid-file={folder / 'mariadb.pid'}",
        f"--init-file={account_file}",
        f"--bind-address={HOST}",
        f"--port={port}",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=16M",
        *(["--user=root"] if os.geteuid() == 0 else []),
    ]


def _install(options: list[str]) -> None:
    # It takes under a second, so no template is kept between the runs.
    wanted = [
        option for option in options if not option.startswith(("--init-file", "--bind", "--port", "--socket"))
    ]
    subprocess.run(
        ["mariadb-install-db", *wanted, "--auth-root-authentication-method=normal", "--skip-test-db"],
        capture_output=True,
        check=True,
    )
