"""The whole service beside a real server: new mail is stored because the server says so, not because time passes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mycrm_common.db.tables.messages import messages
from mycrm_common.events.settings import SettingsChanged
from tests.component.mail_fetcher_service import MailFetcher, mail_fetcher
from tests.support.dovecot import DovecotServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("dovecot")
HOUR = 3_600


def letter(subject: str) -> bytes:
    fields = (
        f"From: li@example.com\r\nTo: sales@example.cn\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x>\r\n"
    )
    return f"{fields}\r\nhello\r\n".encode()


@pytest.fixture
async def fetcher(tmp_path: Path, dovecot_server: DovecotServer) -> AsyncIterator[MailFetcher]:
    """The running service, which looks at a mailbox by itself once an hour at most."""
    async with mail_fetcher(
        tmp_path, is_running=True, mailbox_ca_file=dovecot_server.ca_file, fetch_interval_seconds=HOUR
    ) as running:
        yield running


async def is_stored(fetcher: MailFetcher, subject: str) -> None:
    async def found() -> bool:
        rows = await fetcher.rows(select(messages.c.subject))
        return subject in {row.subject for row in rows}

    await eventually(found, what=f"{subject} is stored", seconds=20)


async def connected(fetcher: MailFetcher, server: DovecotServer, **changed: object) -> None:
    await fetcher.connect(server, **changed)
    async with fetcher.api() as work:
        work.tell(SettingsChanged(names=("mail_host",)))


async def test_new_mail_is_stored_when_the_server_tells_of_it(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await connected(fetcher, dovecot_server)
    for number in range(5):
        await dovecot_server.deliver("INBOX", letter(f"mail{number}"))
        await is_stored(fetcher, f"mail{number}")
        await asyncio.sleep(0.1 * number)


async def test_a_server_that_was_away_is_watched_again(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await connected(fetcher, dovecot_server)
    await dovecot_server.deliver("INBOX", letter("before"))
    await is_stored(fetcher, "before")
    dovecot_server.kill()
    await dovecot_server.start()
    await dovecot_server.deliver("INBOX", letter("after"))
    await is_stored(fetcher, "after")


async def test_other_settings_are_watched_at_once(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    await connected(fetcher, dovecot_server)
    await dovecot_server.deliver("INBOX", letter("here"))
    await is_stored(fetcher, "here")
    other = dovecot_server.add_user("wang@example.cn")
    await connected(fetcher, dovecot_server, mail_username=other.username, mail_password=other.password)
    await other.deliver("INBOX", letter("there"))
    await is_stored(fetcher, "there")
    await other.deliver("INBOX", letter("again"))
    await is_stored(fetcher, "again")
