"""A mailbox in memory, for the decisions of those who read one. It passes the contract suite of the real thing.

It can be told to misbehave: to withhold a mail, to break off at a folder, to refuse the password, to be away, to
describe no structures, to refuse to idle.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import FolderStatus, ImapSession, MailAccount, MailHead, RemoteFolder
from tests.support.mail_sections import described, section

USERNAME, PASSWORD = "sales@example.cn", "correct horse"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_BLANK_LINE = b"\r\n\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class FakeMail:
    """One mail in one folder."""

    uid: int
    internal_date: datetime
    raw: bytes


@dataclass(kw_only=True)
class FakeFolder:
    """One folder and its manners."""

    name: str
    uid_validity: int
    special_use: str = ""
    uid_next: int = 1
    mails: dict[int, FakeMail] = field(default_factory=dict)
    withheld: set[int] = field(default_factory=set)
    drafts: set[int] = field(default_factory=set)
    error: Exception | None = None
    tells_uid_next: bool = True

    @property
    def status(self) -> FolderStatus:
        uid_next = self.uid_next if self.tells_uid_next else 0
        return FolderStatus(messages=len(self.mails), uid_next=uid_next, uid_validity=self.uid_validity)


class FakeMailServer:
    """A server with one account."""

    def __init__(self) -> None:
        self.folders: dict[str, FakeFolder] = {}
        self.error: Exception | None = None
        self.describes = True
        self.idles = True
        self.stirred = asyncio.Event()
        self.connections = 0
        self.asked: list[str] = []
        self._validities = count(1_000)
        self.open_sessions: set[FakeSession] = set()
        self.create("INBOX")

    @property
    def account(self) -> MailAccount:
        """The right way in."""
        return MailAccount(host="mail.example.cn", port=993, username=USERNAME, password=PASSWORD)

    def create(self, name: str, *, special_use: str = "") -> FakeFolder:
        """Make an empty folder; made again it has another validity."""
        folder = FakeFolder(name=name, uid_validity=next(self._validities), special_use=special_use)
        self.folders[name] = folder
        return folder

    def deliver(self, name: str, raw: bytes, *, internal_date: datetime = NOON) -> int:
        """Put a mail into a folder, made when missing, and return its UID."""
        folder = self.folders.get(name) or self.create(name)
        uid, folder.uid_next = folder.uid_next, folder.uid_next + 1
        folder.mails[uid] = FakeMail(uid=uid, internal_date=internal_date, raw=raw)
        self._stir()
        return uid

    def renumber(self, name: str) -> None:
        """Give the folder's mails other UIDs under another validity, as a restored server does."""
        old = self.folders[name].mails.values()
        folder = self.create(name)
        for mail in old:
            self.deliver(name, mail.raw, internal_date=mail.internal_date)
        folder.uid_next += 7

    def cut_lines(self) -> None:
        """Lose every connection, without the clients noticing yet."""
        for session in self.open_sessions:
            session.is_over = True
        self._stir()

    def _stir(self) -> None:
        # Whoever waits now looks once; the next one waits for the next event.
        self.stirred.set()
        self.stirred = asyncio.Event()

    @asynccontextmanager
    async def connect(self, account: MailAccount) -> AsyncIterator[ImapSession]:
        """A session that ends with the block."""
        self.connections += 1
        if self.error is not None:
            raise self.error
        if (account.username, account.password) != (USERNAME, PASSWORD):
            raise MyCRMError("mailbox_login_refused", Kind.INVALID, "authentication failed")
        session = FakeSession(self)
        self.open_sessions.add(session)
        try:
            yield session
        finally:
            session.is_over = True
            self.open_sessions.discard(session)


class FakeSession:
    """One signed-in connection; after any failure but a missing folder it is over."""

    def __init__(self, server: FakeMailServer) -> None:
        self.is_over = False
        self._server = server
        self._opened: FakeFolder | None = None
        self._told = 0

    async def folders(self) -> list[RemoteFolder]:
        """Every folder."""
        self._ask("folders")
        return [
            RemoteFolder(
                name=folder.name, wire_name=folder.name, special_use=folder.special_use, selectable=True
            )
            for folder in self._server.folders.values()
        ]

    async def status(self, folder: RemoteFolder) -> FolderStatus:
        """How the folder stands."""
        self._ask(f"status {folder.name}")
        return self._found(folder).status

    async def open(self, folder: RemoteFolder) -> FolderStatus:
        """Make this the folder that is read."""
        self._ask(f"open {folder.name}")
        self._opened = None
        found = self._found(folder)
        if found.error is not None:
            self.is_over = True
            raise found.error
        self._opened, self._told = found, len(found.mails)
        return found.status

    async def uids_since(self, day: date, *, above: int = 0) -> UidSet:
        """UIDs of mail of that day or later; this server's calendar is that of UTC."""
        self._ask(f"search above {above}")
        mails = self._mails().values()
        return UidSet(mail.uid for mail in mails if mail.uid > above and mail.internal_date.date() >= day)

    async def drafts(self) -> UidSet:
        """Mail that is flagged as a draft."""
        self._ask("drafts")
        return UidSet(self._opened.drafts if self._opened else ())

    async def labelled(self, folder: RemoteFolder) -> UidSet:
        """Mail that also lies in that folder, by its bytes."""
        self._ask(f"labelled {folder.name}")
        there = {mail.raw for mail in self._found(folder).mails.values()}
        return UidSet(uid for uid, mail in self._mails().items() if mail.raw in there)

    async def heads(self, uids: Iterable[int]) -> list[MailHead]:
        """The heads of those that are given."""
        given = self._given(uids)
        if given:
            self._ask(f"heads {len(given)}")
        return [
            MailHead(
                uid=mail.uid,
                internal_date=mail.internal_date,
                size=len(mail.raw),
                header=b"".join(mail.raw.partition(_BLANK_LINE)[:2]),
                structure=described(mail.raw) if self._server.describes else None,
            )
            for mail in given
        ]

    async def uids(self, *, above: int = 0) -> UidSet:
        """All of them."""
        self._ask(f"uids above {above}")
        return UidSet(uid for uid in self._mails() if uid > above)

    async def sections(
        self, wishes: Mapping[int, Sequence[SectionWish]]
    ) -> Mapping[int, Mapping[str, bytes]]:
        """The sections of those that are given."""
        given = self._given(uid for uid, wished in wishes.items() if wished)
        if given:
            self._ask(f"sections {len(given)}")
        return {mail.uid: _cut(mail.raw, wishes[mail.uid]) for mail in given}

    async def bodies(self, uids: Iterable[int], *, limit: int) -> Mapping[int, bytes]:
        """The first bytes of those that are given."""
        given = self._given(uids)
        if given:
            self._ask(f"bodies {len(given)}")
        return {mail.uid: mail.raw[:limit] for mail in given}

    async def piece(self, uid: int, *, start: int, length: int) -> bytes | None:
        """Some bytes of one mail."""
        self._ask(f"piece {uid} {start}")
        return next((mail.raw[start : start + length] for mail in self._given([uid])), None)

    async def idle(self, *, seconds: float) -> bool:
        """Whether the number of mails changed within the time."""
        self._ask("idle")
        if not self._server.idles:
            self.is_over = True
            raise MyCRMError("mailbox_no_idle", Kind.UNAVAILABLE, "this server does not tell")
        changed = self._told != len(self._mails())
        try:
            async with asyncio.timeout(0 if changed else seconds):
                while not self.is_over and self._told == len(self._mails()):
                    await self._server.stirred.wait()
        except TimeoutError:
            pass
        changed, self._told = self._told != len(self._mails()), len(self._mails())
        self._ask("idled")
        return changed

    async def present(self, uids: Iterable[int]) -> list[int]:
        """Those that are still there."""
        self._ask("present")
        return sorted(set(uids) & self._mails().keys())

    def _ask(self, what: str) -> None:
        if self.is_over:
            raise MyCRMError("mailbox_connection_lost", Kind.UNAVAILABLE, "the connection is gone")
        self._server.asked.append(what)

    def _found(self, folder: RemoteFolder) -> FakeFolder:
        found = self._server.folders.get(folder.name)
        if found is None:
            raise MyCRMError("mailbox_folder_missing", Kind.NOT_FOUND, folder.name)
        return found

    def _mails(self) -> dict[int, FakeMail]:
        assert self._opened is not None, "no folder is open"
        return self._opened.mails

    def _given(self, uids: Iterable[int]) -> list[FakeMail]:
        mails = self._mails()
        assert self._opened is not None
        return [mails[uid] for uid in sorted(set(uids) & mails.keys() - self._opened.withheld)]


def _cut(raw: bytes, wishes: Sequence[SectionWish]) -> dict[str, bytes]:
    told = {wish: section(raw, wish.section) for wish in wishes}
    return {wish.section: part[: wish.limit] for wish, part in told.items() if part is not None}


def days_before(days: float, moment: datetime = NOON) -> datetime:
    """So many days before the moment."""
    return moment - timedelta(days=days)
