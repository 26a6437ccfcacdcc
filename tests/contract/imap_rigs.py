"""A mailbox on two kinds of servers, for what everybody who reads one may rely on: Dovecot, and its stand-in."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.ports import ImapSession, MailAccount, MailServer, RemoteFolder
from tests.support.dovecot import DovecotServer
from tests.support.fake_imap import FakeMailServer


class Rig(Protocol):
    """A server, and what its owner can do there."""

    @property
    def server(self) -> MailServer: ...
    @property
    def account(self) -> MailAccount: ...
    async def deliver(self, folder: str, raw: bytes, *, internal_date: datetime) -> int: ...
    async def expunge(self, folder: str, uid: int) -> None: ...
    async def make_again(self, folder: str) -> None: ...


@dataclass
class FakeRig:
    """A mailbox in memory."""

    server: FakeMailServer

    @property
    def account(self) -> MailAccount:
        return self.server.account

    async def deliver(self, folder: str, raw: bytes, *, internal_date: datetime) -> int:
        return self.server.deliver(folder, raw, internal_date=internal_date)

    async def expunge(self, folder: str, uid: int) -> None:
        del self.server.folders[folder].mails[uid]

    async def make_again(self, folder: str) -> None:
        self.server.create(folder)


@dataclass
class DovecotRig:
    """A mailbox on a real server, read through the real adapter."""

    dovecot: DovecotServer
    server: MailServer

    @property
    def account(self) -> MailAccount:
        return MailAccount(
            host=self.dovecot.host,
            port=self.dovecot.port,
            username=self.dovecot.username,
            password=self.dovecot.password,
            ca_file=self.dovecot.ca_file,
        )

    async def deliver(self, folder: str, raw: bytes, *, internal_date: datetime) -> int:
        return await self.dovecot.deliver(folder, raw, internal_date=internal_date)

    async def expunge(self, folder: str, uid: int) -> None:
        await self.dovecot.expunge(folder, [uid])

    async def make_again(self, folder: str) -> None:
        await self.dovecot.account.delete_folder(folder)
        await self.dovecot.create_folder(folder)


def make_rig(kind: str, dovecot: DovecotServer) -> Rig:
    """The rig of this name, fake or dovecot."""
    return FakeRig(FakeMailServer()) if kind == "fake" else DovecotRig(dovecot, ImapServer())


def connect(rig: Rig) -> AbstractAsyncContextManager[ImapSession]:
    """A session in the rig's mailbox."""
    return rig.server.connect(rig.account)


async def folder(session: ImapSession, name: str) -> RemoteFolder:
    """The folder of this name."""
    return next(known for known in await session.folders() if known.name == name)
