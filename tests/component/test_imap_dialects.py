"""The servers of the large providers, each with its manners: every mail is read, and each for what it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mycrm_common.db.tables.mailboxes import folders as folder_table
from mycrm_common.db.tables.mailboxes import locations
from mycrm_common.db.tables.messages import messages
from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.domain.structure import SectionWish, Structure
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import ImapSession, MailHead, RemoteFolder
from mycrm_mail_fetcher.ports.tokens import Grant, Provider
from tests.component.mail_fetcher_service import mail_fetcher
from tests.support.imap_answers import INBOX
from tests.support.imap_dialects import (
    Dovecot,
    Exchange,
    Gmail,
    NetEase,
    Outlook,
    Tencent,
    Yandex,
    Zoho,
    made_mailbox,
)
from tests.support.odd_imap import OddMail, OddServer
from tests.support.scripted_imap import ScriptedServer, scripted_imap

DIALECTS: list[type[OddServer]] = [Dovecot, Tencent, NetEase, Gmail, Exchange, Outlook, Yandex, Zoho]
WITH_PASSWORD = [dialect for dialect in DIALECTS if dialect is not Outlook]
WHEN = datetime(2026, 3, 1, 4, tzinfo=UTC)
GRANT = Grant(provider=Provider.MICROSOFT, client_id="our-client", refresh_token="our-refresh")


class OneToken:
    """Gives one token to everybody."""

    async def token(self, grant: Grant, *, refused: str = "") -> str:
        """The token."""
        assert grant == GRANT
        assert not refused
        return "token"


def lines(*written: str) -> bytes:
    return "".join(f"{line}\r\n" for line in written).encode()


def letter(number: int, *content: str) -> bytes:
    fields = (f"From: Li <li{number}@example.com>", "To: sales@example.cn", f"Subject: letter {number}")
    return lines(
        *fields, f"Message-ID: <{number}@example.com>", "Date: Sun, 1 Mar 2026 12:00:00 +0800", *content
    )


PLAIN = ("Content-Type: text/plain; charset=utf-8", "", "plain 你好")
TYPED = (
    'Content-Type: text/html; charset="utf-8"',
    "Content-Transfer-Encoding: base64",
    "",
    "PGI+aGVsbG88L2I+",
)
MIXED = (
    'Content-Type: multipart/mixed; boundary="out"',
    "",
    "--out",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "see the file",
    "--out",
    'Content-Type: application/pdf; name="a (1.pdf"',
    'Content-Disposition: attachment; filename="a (1.pdf"',
    "Content-Transfer-Encoding: base64",
    "",
    "AAAA",
    "--out--",
)
FORWARDED = (
    'Content-Type: multipart/mixed; boundary="out"',
    "",
    "--out",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "see below",
    "--out",
    "Content-Type: message/rfc822",
    "",
    "Subject: inner",
    "",
    "the inner one",
    "--out--",
)
EMPTY = ('Content-Type: multipart/mixed; boundary="out"', "", "nothing between any marks")
CONTENTS = (PLAIN, TYPED, MIXED, FORWARDED, EMPTY)
TEXTS = ("plain 你好", "hello", "see the file", "see below", "")
MAILS = [
    OddMail(uid=uid, raw=letter(uid, *CONTENTS[uid % 5]), internal_date=WHEN + timedelta(minutes=uid))
    for uid in range(3, 33)
]


@asynccontextmanager
async def served(
    dialect: type[OddServer], tmp_path: Path, mails: list[OddMail] = MAILS
) -> AsyncIterator[ScriptedServer]:
    async with scripted_imap(tmp_path, made_mailbox(dialect, mails)) as server:
        yield server


@asynccontextmanager
async def session_at(dialect: type[OddServer], tmp_path: Path) -> AsyncIterator[ImapSession]:
    async with served(dialect, tmp_path) as server:
        account = replace(server.account, grant=GRANT) if dialect is Outlook else server.account
        async with ImapServer(tokens=OneToken()).connect(account) as session:
            yield session


async def text_of(head: MailHead, session: ImapSession) -> bytes:
    """What a reader would fetch: the first text by its number, or the whole mail."""
    texts = [part for part in _walk(head.structure) if part.content_type.startswith("text/")]
    if texts:
        wish = SectionWish(section=texts[0].section, limit=1000)
        found = (await session.sections({head.uid: [wish]})).get(head.uid, {})
        if wish.section in found:
            return found[wish.section]
    return (await session.bodies([head.uid], limit=10_000))[head.uid]


def _walk(structure: Structure | None) -> list[Structure]:
    return list(structure.walk()) if structure else []


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_folder_is_seen_and_counted(dialect: type[OddServer], tmp_path: Path) -> None:
    async with session_at(dialect, tmp_path) as session:
        folders = [folder for folder in await session.folders() if folder.selectable]
        counts = [(await session.status(folder)).messages for folder in folders]
        opened = [(await session.open(folder)).messages for folder in folders]
    assert counts == opened
    assert counts[:2] == [30, 30 if dialect is Gmail else 15]
    assert not [folder.name for folder in folders if "&" in folder.name]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_mail_is_found_and_its_head_is_its_own(dialect: type[OddServer], tmp_path: Path) -> None:
    async with session_at(dialect, tmp_path) as session:
        await session.open(INBOX)
        assert await session.uids() == UidSet(range(3, 33))
        assert await session.uids(above=30) == UidSet([31, 32])
        assert list(await session.uids_since(WHEN.date(), above=9)) == list(range(10, 33))
        heads = await session.heads(range(1, 40))
    assert [head.uid for head in heads] == list(range(3, 33))
    for head, mail in zip(heads, MAILS, strict=True):
        assert mail.raw.startswith(head.header)
        assert f"letter {head.uid}\r\n".encode() in head.header
        assert head.internal_date == mail.internal_date


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_text_is_read_by_its_number_or_from_the_whole(
    dialect: type[OddServer], tmp_path: Path
) -> None:
    async with session_at(dialect, tmp_path) as session:
        await session.open(INBOX)
        heads = await session.heads(range(3, 33))
        texts = {head.uid: await text_of(head, session) for head in heads}
    for mail in MAILS:
        wanted = {0: "plain 你好", 1: "PGI+aGVsbG88L2I+", 2: "see the file", 3: "see below", 4: "nothing"}[
            mail.uid % 5
        ]
        assert wanted.encode() in texts[mail.uid]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_most_structures_are_understood(dialect: type[OddServer], tmp_path: Path) -> None:
    async with session_at(dialect, tmp_path) as session:
        await session.open(INBOX)
        heads = await session.heads(range(3, 33))
    without = {head.uid for head in heads if head.structure is None}
    # The multipart of nothing has no structure anywhere; Exchange cannot describe mail 5, and its neighbours are
    # asked for again without.
    assert without >= {head.uid for head in heads if head.uid % 5 == 4}
    assert without <= {
        head.uid for head in heads if head.uid % 5 == 4 or (dialect is Exchange and head.uid < 15)
    }


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_only_those_who_can_are_listened_to(dialect: type[OddServer], tmp_path: Path) -> None:
    async with session_at(dialect, tmp_path) as session:
        await session.open(INBOX)
        if "IDLE" in dialect.after.decode().split():
            assert not await session.idle(seconds=0.05)
        else:
            with pytest.raises(MyCRMError) as caught:
                await session.idle(seconds=0.05)
            assert caught.value.code == "mailbox_no_idle"


async def test_microsoft_takes_no_password(tmp_path: Path) -> None:
    async with served(Outlook, tmp_path) as server:
        with pytest.raises(MyCRMError, match="LOGIN failed") as caught:
            async with ImapServer().connect(server.account):
                pass
    assert caught.value.code == "mailbox_login_refused"


async def test_the_sent_folder_of_each_is_known_by_its_use_or_its_name(tmp_path: Path) -> None:
    async def names(dialect: type[OddServer]) -> list[RemoteFolder]:
        async with session_at(dialect, tmp_path / dialect.__name__) as session:
            return await session.folders()

    for dialect in DIALECTS:
        (tmp_path / dialect.__name__).mkdir()
    told = {dialect: await names(dialect) for dialect in DIALECTS}
    assert [folder.name for folder in told[NetEase]] == ["INBOX", "已发送", "草稿箱"]
    assert [folder.special_use for folder in told[NetEase]] == ["", "sent", "drafts"]
    assert [folder.special_use for folder in told[Gmail]] == ["", "all", "", "drafts"]
    assert "其他文件夹/客户" in [folder.name for folder in told[Tencent] if folder.selectable]
    assert [folder.name for folder in told[Yandex]][1] == "Отправленные"


@pytest.mark.parametrize("dialect", WITH_PASSWORD)
async def test_the_whole_service_stores_every_mail_once(dialect: type[OddServer], tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the service reads only mail of the last days
    mails = [replace(mail, internal_date=now - timedelta(hours=1, seconds=mail.uid)) for mail in MAILS]
    async with (
        served(dialect, tmp_path, mails) as server,
        mail_fetcher(tmp_path, mailbox_ca_file=server.account.ca_file) as fetcher,
    ):
        await fetcher.connect(server.account)
        for _ in range(2):
            await fetcher.look()
        stored = await fetcher.rows(select(messages.c.subject, messages.c.content, messages.c.sender))
        states = await fetcher.rows(select(locations.c.state, locations.c.reason))
        troubles = await fetcher.rows(select(folder_table.c.name, folder_table.c.error_code))
    assert sorted(row.subject for row in stored) == sorted(f"letter {mail.uid}" for mail in MAILS)
    for row in stored:
        assert TEXTS[int(row.subject.split()[1]) % 5] in row.content
    assert {(row.state, row.reason) for row in states} == {("stored", "")}
    # At Gmail all mail is in one folder, and the others are only ways to look at it.
    assert len(states) == (30 if dialect is Gmail else 45)
    assert not [row for row in troubles if row.error_code]
