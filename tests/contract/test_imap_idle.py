"""A session that waits hears of what happens in the open folder: real adapter, real server, and their stand-in."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.ports import ImapSession
from tests.contract.imap_rigs import Rig, connect, folder, make_rig
from tests.support.dovecot import DovecotServer

pytestmark = pytest.mark.servers("dovecot")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RAW = b"Subject: hello\r\n\r\nhello\r\n"
LONG, SHORT = 30.0, 0.3


@pytest.fixture(params=["fake", "dovecot"])
def rig(request: pytest.FixtureRequest, dovecot_server: DovecotServer) -> Rig:
    return make_rig(request.param, dovecot_server)


@pytest.fixture
async def session(rig: Rig) -> AsyncIterator[ImapSession]:
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        yield session


async def test_a_mail_that_comes_ends_the_waiting(rig: Rig, session: ImapSession) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(session.idle(seconds=LONG))
        await asyncio.sleep(SHORT)
        assert not waiting.done()
        await rig.deliver("INBOX", RAW, internal_date=NOON)
    assert waiting.result()


async def test_nothing_ends_it_when_the_time_is_over(rig: Rig, session: ImapSession) -> None:
    await rig.deliver("elsewhere", RAW, internal_date=NOON)
    assert not await session.idle(seconds=SHORT)
    assert not await session.idle(seconds=SHORT)


async def test_what_came_between_two_waits_is_told_once(rig: Rig, session: ImapSession) -> None:
    assert not await session.idle(seconds=SHORT)
    await rig.deliver("INBOX", RAW, internal_date=NOON)
    assert await session.idle(seconds=LONG)
    assert not await session.idle(seconds=SHORT)


async def test_a_mail_that_leaves_is_told_too(rig: Rig, session: ImapSession) -> None:
    uid = await rig.deliver("INBOX", RAW, internal_date=NOON)
    assert await session.idle(seconds=LONG)
    await rig.expunge("INBOX", uid)
    assert await session.idle(seconds=LONG)


async def test_the_session_goes_on_afterwards(rig: Rig, session: ImapSession) -> None:
    assert not await session.idle(seconds=SHORT)
    uid = await rig.deliver("INBOX", RAW, internal_date=NOON)
    assert [head.uid for head in await session.heads([uid])] == [uid]


async def test_waiting_on_a_session_that_is_over_fails(rig: Rig) -> None:
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
    with pytest.raises(MyCRMError) as caught:
        await session.idle(seconds=LONG)
    assert caught.value.code == "mailbox_connection_lost"
