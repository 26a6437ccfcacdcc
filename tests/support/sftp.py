"""A private sshd that serves SFTP only: OpenSSH's own server on a loopback port, gone at the end.

It runs as whoever runs the tests and lets that account in by a key that is made for it.
"""

import asyncio
import getpass
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

from tests.support.ports import free_port
from tests.support.process import ChildProcess
from tests.support.scratch import scratch_folder
from tests.support.servers import need, server_ran

PROGRAM = Path("/usr/sbin/sshd")
HOST = "127.0.0.1"


class SftpServer:
    """A running sshd; `home` is a folder for whatever is stored."""

    def __init__(self, folder: Path) -> None:
        """Makes the keys and the configuration; start() starts it."""
        self.host, self.port, self.username = HOST, free_port(), getpass.getuser()
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        host_key = asyncssh.generate_private_key("ssh-ed25519")
        own_key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = host_key.export_public_key().decode().strip()
        self.fingerprint = host_key.get_fingerprint()
        self.private_key = own_key.export_private_key().decode()
        (folder / "host").touch(mode=0o600)
        (folder / "host").write_bytes(host_key.export_private_key())
        (folder / "authorized").write_bytes(own_key.export_public_key())
        (folder / "authorized").chmod(0o600)
        (folder / "sshd_config").write_text(_settings(folder, port=self.port), "utf-8")
        # sshd wants this folder wherever it runs as root.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        command: list[str | Path] = [PROGRAM, "-D", "-e", "-f", folder / "sshd_config"]
        self._process = ChildProcess(command, log_file=folder / "sshd.log")

    async def start(self) -> None:
        """Starts the server and returns when it shows its key."""
        self._process.start()
        await self._process.until(self._greets, what="sshd greets")

    def end(self) -> None:
        """Ends the server."""
        self._process.end()

    async def _greets(self) -> bool:
        try:
            return await asyncssh.get_server_host_key(self.host, self.port) is not None
        except (OSError, asyncssh.Error):
            return False


@asynccontextmanager
async def sftp_server() -> AsyncIterator[SftpServer]:
    """A running sshd."""
    need("sshd")
    with scratch_folder("sftp") as folder:
        server = SftpServer(folder)
        try:
            await server.start()
            server_ran("sshd", await asyncio.to_thread(_version))
            yield server
        finally:
            server.end()


def _version() -> str:
    said = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr
    return said.split(",")[0].removeprefix("OpenSSH_").split()[0]


def _settings(folder: Path, *, port: int) -> str:
    return f"""
Port {port}
ListenAddress {HOST}
HostKey {folder / "host"}
AuthorizedKeysFile {folder / "authorized"}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""
