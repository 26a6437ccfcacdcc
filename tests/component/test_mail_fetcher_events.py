"""Mail-fetcher at work: what it does when others tell or ask it something, over the real bus."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from mycrm_common.db.tables.mailboxes import mailbox_tasks
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.db.tables.requests import requests
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.events.mailboxes import (
    MailboxRequestAnswered,
    MailboxSynced,
    MailboxSyncRequested,
    MailboxTestRequested,
)
from mycrm_common.events.messages import MessageStored
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.ids import new_id
from tests.component.mail_fetcher_service import MailFetcher, mail_fetcher
from tests.support.dovecot import DovecotServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("dovecot")
LETTER = b"From: li@example.com\r\nTo: sales@example.cn\r\nSubject: one\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n"


@pytest.fixture
async def fetcher(tmp_path: Path, dovecot_server: DovecotServer) -> AsyncIterator[MailFetcher]:
    """The running service, which looks at a mailbox by itself once an hour at most."""
    async with mail_fetcher(
        tmp_path, is_running=True, mailbox_ca_file=dovecot_server.ca_file, fetch_interval_seconds=3_600
    ) as running:
        yield running


async def ask_to_test(fetcher: MailFetcher, said: Mapping[str, object], **secrets: str) -> dict[str, Any]:
    """Ask as api does, and return the answer."""
    async with fetcher.api() as work:
        request_id = new_id(work.at)
        typed = json.dumps(secrets)
        sealed = fetcher.runtime.box.seal(typed, name=f"request:{request_id}") if secrets else None
        await work.connection.execute(
            insert(requests).values(
                id=request_id,
                noun="mailbox",
                verb="test",
                parameters=json.dumps(dict(said)),
                sealed=sealed,
                state="open",
                created_at=work.at,
            )
        )
        work.tell(MailboxTestRequested(request_id=request_id))
    answer: dict[str, Any] = json.loads(await answer_to(fetcher, request_id))
    assert MailboxRequestAnswered(request_id=request_id, ok=answer["ok"]) in await fetcher.told(
        MailboxRequestAnswered
    )
    return answer


async def answer_to(fetcher: MailFetcher, request_id: str) -> str:
    async def answer() -> str | None:
        wanted = select(mailbox_tasks.c.answer).where(mailbox_tasks.c.request_id == request_id)
        return next((row.answer for row in await fetcher.rows(wanted)), None)

    return await eventually(answer, what="an answer")


async def test_settings_are_tried_before_they_are_kept(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await dovecot_server.deliver("客户", LETTER)
    await dovecot_server.create_folder("Drafts")
    said = {
        "mail_host": dovecot_server.host,
        "mail_port": dovecot_server.port,
        "mail_username": dovecot_server.username,
    }
    good = await ask_to_test(fetcher, said, mail_password=dovecot_server.password)
    assert (good["ok"], good["code"]) == (True, "")
    assert sorted(good["folders"], key=lambda folder: str(folder["name"])) == [
        {"name": "Drafts", "messages": 0, "excluded": True},
        {"name": "INBOX", "messages": 0, "excluded": False},
        {"name": "客户", "messages": 1, "excluded": False},
    ]
    bad = await ask_to_test(fetcher, said, mail_password="wrong")
    assert (bad["ok"], bad["code"], bad["folders"]) == (False, "mailbox_login_refused", [])
    nothing = await ask_to_test(fetcher, said)
    assert nothing["code"] == "mailbox_not_configured"
    assert await fetcher.rows(select(messages)) == []


async def test_new_settings_are_followed_at_once(fetcher: MailFetcher, dovecot_server: DovecotServer) -> None:
    await dovecot_server.deliver("INBOX", LETTER)
    await fetcher.connect(dovecot_server)
    async with fetcher.api() as work:
        work.tell(SettingsChanged(names=("mail_host", "mail_password")))
    await eventually(lambda: fetcher.told(MessageStored), what="the mail is stored")
    await eventually(lambda: fetcher.told(MailboxSynced), what="the look is told")


async def test_a_look_that_somebody_asked_for_is_done_and_answered(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await fetcher.connect(dovecot_server)
    await dovecot_server.deliver("INBOX", LETTER)
    async with fetcher.api() as work:
        request_id = new_id(work.at)
        work.tell(MailboxSyncRequested(request_id=request_id))
    answer = json.loads(await answer_to(fetcher, request_id))
    assert answer["ok"]
    assert [row.subject for row in await fetcher.rows(select(messages))] == ["one"]


async def test_mail_follows_a_customer_to_another_address(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await fetcher.connect(dovecot_server)
    await dovecot_server.deliver("INBOX", LETTER)
    await fetcher.look()
    async with fetcher.api() as work:
        work.tell(
            CustomerUpdated(
                customer_id=1,
                email="Li.Wei@example.com",
                previous_email="LI@example.com",
                version=2,
                changed=("email",),
            )
        )

    async def moved() -> bool:
        rows = await fetcher.rows(select(msg_addrs.c.address, msg_addrs.c.address_key))
        return ("Li.Wei@example.com", "li.wei@example.com") in {(row[0], row[1]) for row in rows}

    await eventually(moved, what="the mail follows")
