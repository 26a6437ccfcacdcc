"""Servers that leave in the middle, name numbers that cannot be, or poison one folder: an error each, and no more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mycrm_common.db.tables.mailboxes import folders as folder_table
from mycrm_common.db.tables.messages import messages
from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import FolderStatus, MailAccount
from tests.component.mail_fetcher_service import mail_fetcher
from tests.support.certificates import make_authority
from tests.support.imap_answers import INBOX, head
from tests.support.odd_imap import OddFolder, OddMail, OddServer
from tests.support.scripted_imap import HungUpError, Peer, scripted_imap

PROTOCOL, LOST = "mailbox_protocol_error", "mailbox_connection_lost"


class Leaving(OddServer):
    """Says goodbye at its n-th command, before, within or after the answer."""

    def __init__(self, at: int, manner: str) -> None:
        mails = [OddMail(uid=uid, raw=b"Subject: hello\r\n\r\nhello\r\n") for uid in range(1, 11)]
        super().__init__([OddFolder(wire=b"INBOX", mails={mail.uid: mail for mail in mails})])
        self._at, self._manner = at, manner

    async def __call__(self, peer: Peer) -> None:
        """Hold a conversation that ends early."""
        await super().__call__(_LeavingPeer(peer, self._at, self._manner))


class _LeavingPeer(Peer):
    def __init__(self, peer: Peer, at: int, manner: str) -> None:
        self.__dict__ = peer.__dict__
        self._left, self._manner = at, manner

    async def say(self, *lines: bytes) -> None:
        if self.heard:
            self._left -= 1
        if self._left > 0:
            await super().say(*lines)
            return
        text = b"".join(line + b"\r\n" for line in lines)
        before = {"before": b"", "within": text[: len(text) // 2], "after": text}[self._manner]
        await self.raw(before)
        await self.raw(b"\r\n* BYE enough\r\n" if self._manner == "within" else b"* BYE enough\r\n")
        self.hang_up()
        raise HungUpError


async def everything(account: MailAccount) -> None:
    async with ImapServer().connect(account) as session:
        (inbox,) = await session.folders()
        await session.status(inbox)
        await session.open(inbox)
        uids = await session.uids()
        heads = await session.heads(uids)
        await session.sections({head.uid: [SectionWish(section="1", limit=99)] for head in heads})
        await session.bodies(uids, limit=99)
        await session.present(uids)


@pytest.mark.parametrize("manner", ["before", "within", "after"])
async def test_a_goodbye_at_any_moment_ends_the_session_with_its_reason(tmp_path: Path, manner: str) -> None:
    codes = []
    for at in range(1, 20):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with scripted_imap(folder, Leaving(at, manner)) as server:
            try:
                await everything(server.account)
            except MyCRMError as error:
                codes.append(error.code)
    assert len(codes) >= 10
    assert set(codes) <= {LOST, PROTOCOL}


class Cutting(OddServer):
    """Hangs up after so many bytes."""

    def __init__(self, after: int) -> None:
        mails = [OddMail(uid=uid, raw=b"Subject: hello\r\n\r\nhello\r\n") for uid in range(1, 11)]
        super().__init__([OddFolder(wire=b"INBOX", mails={mail.uid: mail for mail in mails})])
        self._after = after

    async def __call__(self, peer: Peer) -> None:
        """Hold a conversation that is cut."""
        await super().__call__(_CutPeer(peer, self._after))


class _CutPeer(Peer):
    def __init__(self, peer: Peer, after: int) -> None:
        self.__dict__ = peer.__dict__
        self._left = after

    async def raw(self, data: bytes) -> None:
        await super().raw(data[: self._left])
        self._left -= len(data)
        if self._left <= 0:
            self.hang_up()
            raise HungUpError


async def test_a_cut_after_any_byte_is_a_lost_connection(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    issued = authority.issue(tmp_path)
    codes = []
    for after in range(1, 4_000, 61):
        async with scripted_imap(tmp_path, Cutting(after), certificate=issued) as server:
            try:
                await everything(replace(server.account, ca_file=authority.file))
            except MyCRMError as error:
                codes.append(error.code)
    assert len(codes) >= 30
    assert set(codes) == {LOST}


@pytest.mark.parametrize(
    "numbers",
    [
        (b"-1", b"-1", b"-1"),
        (b"99999999999999999999999", b"99999999999999999999", b"18446744073709551616"),
        (b"4294967296", b"4294967296", b"4294967296"),
        (b"x", b"", b"NIL"),
    ],
)
async def test_numbers_that_cannot_be_are_told_by_nobody(
    tmp_path: Path, numbers: tuple[bytes, bytes, bytes]
) -> None:
    messages, uid_next, validity = numbers

    async def script(peer: Peer) -> None:
        await peer.let_in()
        told = b"* STATUS INBOX (MESSAGES %s UIDNEXT %s UIDVALIDITY %s)" % numbers
        await peer.answer("STATUS", told)
        opened = (
            b"* %s EXISTS" % messages,
            b"* OK [UIDNEXT %s]" % uid_next,
            b"* OK [UIDVALIDITY %s]" % validity,
        )
        await peer.answer("EXAMINE", *opened)
        await peer.answer("UID SEARCH", b"* SEARCH -5 0 4294967296 99999999999999999999 7")
        size = head(7).replace(b"RFC822.SIZE 90", b"RFC822.SIZE 99999999999999999999")
        await peer.answer("UID FETCH", size)

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        nothing = FolderStatus(messages=0, uid_next=0, uid_validity=0)
        assert await session.status(INBOX) == nothing
        assert await session.open(INBOX) == nothing
        assert await session.uids() == UidSet([7])
        assert [known.size for known in await session.heads([7])] == [2**63 - 1]


async def test_other_folders_go_on_beside_a_hostile_one_and_the_reason_is_shown(tmp_path: Path) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251 - the service reads only mail of the last days
    letter = b"From: li@example.com\r\nSubject: good\r\nMessage-ID: <1@example.com>\r\n\r\nhello\r\n"
    mails = {1: OddMail(uid=1, raw=letter, internal_date=now)}

    class Poisoned(OddServer):
        """Announces two gigabytes in one folder."""

        def string(self, text: bytes) -> bytes:
            """A text, or far too much."""
            return b"{2147483648}\r\n" if text.startswith(b"X-Poison") else super().string(text)

    poison = {1: OddMail(uid=1, raw=b"X-Poison: 1\r\n\r\n", internal_date=now)}
    folders = [OddFolder(wire=b"INBOX", mails=poison), OddFolder(wire=b"Archive", mails=mails)]
    async with (
        scripted_imap(tmp_path, Poisoned(folders)) as server,
        mail_fetcher(tmp_path, mailbox_ca_file=server.account.ca_file) as fetcher,
    ):
        await fetcher.connect(server.account)
        await fetcher.look()
        stored = await fetcher.rows(select(messages.c.subject))
        known = await fetcher.rows(
            select(folder_table.c.name, folder_table.c.error_code, folder_table.c.error_detail)
        )
    assert [row.subject for row in stored] == ["good"]
    told = {row.name: (row.error_code, row.error_detail) for row in known}
    assert told["INBOX"] == (PROTOCOL, "a literal of 2147483648 bytes")
    assert told["Archive"] == ("", "")
