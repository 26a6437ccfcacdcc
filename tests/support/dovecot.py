"""A private Dovecot: a real IMAP server over TLS on a loopback port, gone at the end.

It runs as one unprivileged account (root becomes nobody), so one configuration serves a developer's
machine and a container. Each user has a password file of its own and a maildir below the scratch folder.
"""

import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from tests.support.certificates import Authority, Certificate, make_authority
from tests.support.dovecot_settings import dovecot_settings, token_settings
from tests.support.mail_account import Delivery, Flags, MailAccount
from tests.support.ports import free_port
from tests.support.process import ChildProcess
from tests.support.scratch import scratch_folder
from tests.support.servers import server_ran
from tests.support.waiting import eventually

PROGRAM = Path("/usr/sbin/dovecot")
FIRST_USER, FIRST_PASSWORD = "sales@example.cn", "correct horse"
HOST = "127.0.0.1"


class DovecotServer:
    """A running Dovecot with a first account; the short methods act on that account."""

    def __init__(
        self, folder: Path, *, ca_file: Path, certificate: Certificate, tokens_url: str = ""
    ) -> None:
        """Writes the configuration; start() starts it."""
        self.host, self.port, self.starttls_port = HOST, free_port(), free_port()
        self.ca_file = ca_file
        self._folder = folder
        self._users = folder / "users"
        self._process = ChildProcess(
            [PROGRAM, "-F", "-c", folder / "dovecot.conf"],
            log_file=folder / "dovecot.log",
            account="nobody",
        )
        for name in ("run", "users", "mail"):
            _owned(folder / name, make=True)
        _owned(folder)
        self._write_configuration(certificate, tokens_url)
        self.account = self.add_user(FIRST_USER, password=FIRST_PASSWORD)
        self.username, self.password = self.account.username, self.account.password

    @property
    def pid(self) -> int:
        """The server's first process."""
        return self._process.pid

    def add_user(self, username: str, *, password: str = FIRST_PASSWORD) -> MailAccount:
        """A further account, with an empty INBOX."""
        file = self._users / username
        file.write_text(f"{username}:{{PLAIN}}{password}\n", "utf-8")
        _owned(file)
        return MailAccount(host=self.host, port=self.port, username=username, password=password)

    async def change_password(self, username: str, *, password: str) -> MailAccount:
        """The account with another password; returns when the server asks for the new one."""
        changed = self.add_user(username, password=password)
        # Dovecot looks at a password file once a second at most.
        await eventually(changed.can_sign_in, what="Dovecot takes the new password")
        return changed

    def remove_user(self, username: str) -> None:
        """Refuses the account from now on; its mail stays."""
        (self._users / username).unlink()

    async def start(self) -> None:
        """Starts the server and returns when it greets, on the same port as before."""
        self._process.start()
        await self._process.until(self.account.can_sign_in, what="Dovecot lets its first user in")

    async def stop(self) -> None:
        """Ends the server and all its connections, as for maintenance."""
        await self._process.stop()

    def kill(self) -> None:
        """Ends the server and all its connections without a word."""
        self._process.end()

    def log(self) -> str:
        """What the server wrote so far."""
        return self._process.output()

    async def deliver(
        self,
        folder: str,
        raw_bytes: bytes,
        *,
        internal_date: datetime | None = None,
        flags: Collection[str] = (),
    ) -> int:
        """Puts a mail into a folder of the first account and gives its UID."""
        return await self.account.deliver(folder, raw_bytes, internal_date=internal_date, flags=flags)

    async def deliver_all(self, mails: Iterable[Delivery]) -> None:
        """Puts many mails into their folders, in order."""
        await self.account.deliver_all(mails)

    async def create_folder(self, name: str) -> None:
        """Makes a folder of the first account; / separates parent and child."""
        await self.account.create_folder(name)

    async def flags(self, folder: str) -> Flags:
        """Every UID of the folder with its flags, to prove that nothing was changed."""
        return await self.account.flags(folder)

    async def expunge(self, folder: str, uids: Iterable[int]) -> None:
        """Removes mails of the first account for good."""
        await self.account.expunge(folder, uids)

    def _write_configuration(self, certificate: Certificate, tokens_url: str) -> None:
        for source, name in (
            (certificate.certificate_file, "server.crt"),
            (certificate.key_file, "server.key"),
        ):
            _owned(Path(shutil.copyfile(source, self._folder / name)))
        text = dovecot_settings(
            version=dovecot_version(),
            folder=self._folder,
            port=self.port,
            starttls_port=self.starttls_port,
            tokens_url=tokens_url,
        )
        for name, content in (("dovecot.conf", text), ("tokens.conf", token_settings(tokens_url=tokens_url))):
            (self._folder / name).write_text(content, "utf-8")
            _owned(self._folder / name)


@asynccontextmanager
async def dovecot(
    folder: Path,
    *,
    authority: Authority | None = None,
    certificate: Certificate | None = None,
    tokens_url: str = "",
) -> AsyncIterator[DovecotServer]:
    """A running Dovecot with its own authority and certificate (kept in the folder) unless given.

    It takes tokens when it knows an address that tells whose a token is.
    """
    authority = authority or make_authority(folder)
    certificate = certificate or authority.issue(folder)
    with scratch_folder("dovecot") as scratch:
        server = DovecotServer(
            scratch, ca_file=authority.file, certificate=certificate, tokens_url=tokens_url
        )
        try:
            await server.start()
            server_ran("dovecot", dovecot_version())
            yield server
        finally:
            server.kill()


def dovecot_version() -> str:
    """The installed version, such as 2.3.19.1."""
    answer = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    match = re.match(r"[\d.]+", answer.stdout)
    if match is None:
        raise RuntimeError(f"a version was expected: {answer.stdout!r}")
    return match[0]


def _owned(path: Path, *, make: bool = False) -> None:
    if make:
        path.mkdir()
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")
