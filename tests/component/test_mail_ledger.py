"""The ledger on a real server: it adds up, shows what was lost, and brings it back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from mycrm_common.clock import SystemClock
from mycrm_common.db.tables.mailboxes import (
    folders,
    held_mails,
    locations,
    mail_copies,
    mailbox_tasks,
    uid_runs,
)
from mycrm_common.db.tables.messages import messages
from mycrm_common.db.tables.requests import requests
from mycrm_common.events.mailboxes import MailboxCopyRequested, MailboxRetryRequested, MailboxSyncRequested
from mycrm_common.events.messages import MessageStored
from mycrm_common.events.registry import Event
from tests.component.mail_fetcher_service import MailFetcher, mail_fetcher
from tests.support.dovecot import DovecotServer

pytestmark = pytest.mark.servers("dovecot")
REQUEST = "019cae00-1111-7000-8000-000000000001"


@pytest.fixture
async def fetcher(tmp_path: Path, dovecot_server: DovecotServer) -> AsyncIterator[MailFetcher]:
    """A mail-fetcher with the server's mailbox in its settings."""
    async with mail_fetcher(tmp_path, mailbox_ca_file=dovecot_server.ca_file) as opened:
        await opened.connect(dovecot_server)
        yield opened


async def deliver(server: DovecotServer, name: str, *, days_ago: float = 0, folder: str = "INBOX") -> None:
    """A mail that came so many days ago."""
    moment = SystemClock().now().replace(microsecond=0) - timedelta(days=days_ago, minutes=5)
    raw = (
        f"From: Li <li@example.com>\r\nTo: sales@example.cn\r\nSubject: {name}\r\n"
        f"Date: {format_datetime(moment)}\r\nMessage-ID: <{name}@example.com>\r\n\r\n{name}\r\n"
    )
    await server.deliver(folder, raw.encode(), internal_date=moment)


async def subjects(fetcher: MailFetcher) -> list[str]:
    rows = await fetcher.rows(select(messages.c.subject).order_by(messages.c.id))
    return [row.subject for row in rows]


async def ask(fetcher: MailFetcher, event: Event, **parameters: object) -> None:
    """Ask as api does: a row with what is meant, and the event that tells of it."""
    async with fetcher.api() as work:
        await work.connection.execute(delete(requests))
        await work.connection.execute(
            insert(requests).values(
                id=REQUEST, noun="mailbox", verb="any", parameters=str(parameters).replace("'", '"'),
                state="open", created_at=work.at,
            )
        )  # fmt: skip
    await fetcher.hear(event)


async def test_a_message_deleted_behind_our_back_is_missed_told_and_brought_back(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    for name in ("one", "two", "three"):
        await deliver(dovecot_server, name)
    await fetcher.look()
    async with fetcher.runtime.unit_for("mail-fetcher")() as work:
        await work.connection.execute(delete(messages).where(messages.c.subject == "two"))
    ((lost,),) = await fetcher.rows(select(locations.c.uid).where(locations.c.message_id.is_(None)))
    assert lost == 2
    await ask(fetcher, MailboxSyncRequested(request_id=REQUEST))
    await fetcher.look()
    assert await subjects(fetcher) == [
        "one",
        "three",
        "邮箱核对：INBOX 缺少 1 封邮件｜Mailbox check: 1 missing in INBOX",
        "two",
    ]
    assert await fetcher.rows(select(locations.c.uid).where(locations.c.message_id.is_(None))) == []
    ((missing,),) = await fetcher.rows(select(folders.c.found_missing).where(folders.c.name == "INBOX"))
    assert missing == 1
    assert len(await fetcher.told(MessageStored)) == 4


async def test_the_ledger_is_compared_once_a_day_by_itself(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await deliver(dovecot_server, "one")
    await fetcher.look()
    async with fetcher.runtime.unit_for("mail-fetcher")() as work:
        await work.connection.execute(delete(locations))
    await fetcher.look()
    assert await fetcher.rows(select(locations)) == []
    async with fetcher.runtime.unit_for("mail-fetcher")() as work:
        await work.connection.execute(update(folders).values(compared_at=work.at - timedelta(hours=25)))
    await fetcher.look()
    assert len(await fetcher.rows(select(locations))) == 1


async def test_retention_removes_old_mail_and_no_look_brings_it_back(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await fetcher.connect(dovecot_server, monitor_mail_days=100, mail_reserved_days=365)
    for days in (1, 20, 40):
        await deliver(dovecot_server, f"{days} days", days_ago=days)
    flags = await dovecot_server.flags("INBOX")
    await fetcher.look()
    await fetcher.connect(dovecot_server, monitor_mail_days=100, mail_reserved_days=30)
    await fetcher.tidy()
    assert await subjects(fetcher) == ["1 days", "20 days"]
    for asked in range(2):
        await ask(fetcher, MailboxSyncRequested(request_id=REQUEST[:-1] + str(asked)))
        await fetcher.look()
    assert await subjects(fetcher) == ["1 days", "20 days"]
    await fetcher.connect(dovecot_server, monitor_mail_days=100, mail_reserved_days=365)
    await ask(fetcher, MailboxSyncRequested(request_id=REQUEST[:-1] + "9"))
    await fetcher.look()
    assert await subjects(fetcher) == ["1 days", "20 days"]
    ((reason, first, last),) = await fetcher.rows(
        select(uid_runs.c.reason, uid_runs.c.first_uid, uid_runs.c.last_uid)
    )
    assert (reason, first, last) == ("removed", 3, 3)
    assert await dovecot_server.flags("INBOX") == flags


async def test_held_mail_is_kept_with_its_beginning_copied_and_read_again(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    raw = b"\r\n \t\r\n" * 300_000
    await dovecot_server.deliver("INBOX", raw)
    await deliver(dovecot_server, "readable")
    await fetcher.look()
    assert await subjects(fetcher) == ["readable"]
    (place,) = await fetcher.rows(select(locations).where(locations.c.state == "held"))
    assert place.reason == "mail_unreadable"
    ((beginning,),) = await fetcher.rows(select(held_mails.c.beginning))
    assert beginning == raw[: 1024 * 1024]

    wish = {"folder_id": place.folder_id, "uid": place.uid}
    await ask(fetcher, MailboxCopyRequested(request_id=REQUEST), **wish)
    await fetcher.answer()
    pieces = await fetcher.rows(
        select(mail_copies.c.bytes)
        .where(mail_copies.c.request_id == REQUEST)
        .order_by(mail_copies.c.position)
    )
    assert b"".join(piece.bytes for piece in pieces) == raw
    ((told,),) = await fetcher.rows(select(mailbox_tasks.c.answer))
    assert '"ok": true' in told

    for _ in range(6):
        await fetcher.look()
    await ask(fetcher, MailboxRetryRequested(request_id=REQUEST[:-1] + "2"), **wish)
    await fetcher.look()
    ((attempts,),) = await fetcher.rows(select(locations.c.attempts).where(locations.c.state == "held"))
    assert attempts == 1
