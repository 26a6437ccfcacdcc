"""A private pure-ftpd: a real FTP server on a loopback port with one account, with or without TLS, gone at the end.

It needs root, as pure-ftpd does: it becomes nobody for the account.
"""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ftplib import FTP, all_errors
from pathlib import Path

import pytest

from tests.support.certificates import Certificate
from tests.support.ports import free_port
from tests.support.process import ChildProcess
from tests.support.scratch import scratch_folder
from tests.support.servers import need, server_ran

PROGRAM = Path("/usr/sbin/pure-ftpd")
HOST, USER, PASSWORD = "127.0.0.1", "backup", "correct horse"


class FtpServer:
    """A running pure-ftpd; `home` is the folder in which its account is let."""

    def __init__(self, folder: Path, *, certificate: Certificate | None, options: tuple[str, ...]) -> None:
        """Makes the account; start() starts it."""
        self.host, self.port = HOST, free_port()
        self.username, self.password = USER, PASSWORD
        self.home = folder / "home"
        self.home.mkdir()
        folder.chmod(0o755)
        _give_away(self.home)
        accounts = folder / "accounts.pdb"
        _make_account(folder, accounts, home=self.home)
        passive = free_port()
        command: list[str | Path] = [
            PROGRAM,
            "--login",
            f"puredb:{accounts}",
            "--bind",
            f"{HOST},{self.port}",
            "--passiveportrange",
            f"{passive}:{passive + 20}",
            "--noanonymous",
            "--chrooteveryone",
            "--dontresolve",
            "--minuid",
            "1",
            "--pidfile",
            str(folder / "ftp.pid"),
            *options,
        ]
        if certificate is not None:
            both = folder / "both.pem"
            both.write_bytes(certificate.key_file.read_bytes() + certificate.certificate_file.read_bytes())
            both.chmod(0o600)
            command += ["--tls", "2", "--certfile", str(both)]
        self._process = ChildProcess(command, log_file=folder / "ftp.log")

    async def start(self) -> None:
        """Starts the server and returns when it greets."""
        self._process.start()
        await self._process.until(self._greets, what="pure-ftpd greets")

    def end(self) -> None:
        """Ends the server."""
        self._process.end()

    async def _greets(self) -> bool:
        try:
            with FTP() as client:  # noqa: S321 - this is what is tested
                client.connect(self.host, self.port, timeout=5)
        except all_errors:
            return False
        return True


@asynccontextmanager
async def ftp_server(
    *, certificate: Certificate | None = None, options: tuple[str, ...] = ()
) -> AsyncIterator[FtpServer]:
    """A running pure-ftpd with an empty home."""
    need("pure-ftpd")
    if os.geteuid() != 0:
        pytest.skip("pure-ftpd runs as root only")
    with scratch_folder("ftp") as folder:
        server = FtpServer(folder, certificate=certificate, options=options)
        try:
            await server.start()
            server_ran("pure-ftpd", "")
            yield server
        finally:
            server.end()


def _make_account(folder: Path, accounts: Path, *, home: Path) -> None:
    passwords = folder / "accounts.txt"
    how = ["-u", "nobody", "-g", "nogroup", "-d", str(home), "-f", str(passwords)]
    subprocess.run(
        ["pure-pw", "useradd", USER, *how, "-m", "-F", str(accounts)],
        input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
        capture_output=True,
        check=True,
    )
    for file in (passwords, accounts):
        file.chmod(0o600)


def _give_away(path: Path) -> None:
    import pwd

    nobody = pwd.getpwnam("nobody")
    os.chown(path, nobody.pw_uid, nobody.pw_gid)
