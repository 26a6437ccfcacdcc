"""The bell rings once for what happened, whether somebody listened or not."""

import asyncio
from dataclasses import replace

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.doorbell import InboxBell
from tests.support.fake_imap import FakeMailServer

RAW = b"Subject: hello\r\n\r\nhello\r\n"
LONG, NOT_AT_ALL = 30.0, 0.0


@pytest.fixture
def server() -> FakeMailServer:
    return FakeMailServer()


@pytest.fixture
async def bell(server: FakeMailServer) -> InboxBell:
    """A bell that has rung for its first connection."""
    bell = InboxBell(server)
    assert await bell.wait(server.account, seconds=LONG)
    return bell


async def test_it_rings_for_mail_and_keeps_its_connection(server: FakeMailServer, bell: InboxBell) -> None:
    for _ in range(3):
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(bell.wait(server.account, seconds=LONG))
            await asyncio.sleep(0)
            server.deliver("INBOX", RAW)
        assert waiting.result()
    assert server.connections == 1


async def test_it_does_not_ring_for_nothing_or_for_other_folders(
    server: FakeMailServer, bell: InboxBell
) -> None:
    server.deliver("Archive", RAW)
    assert not await bell.wait(server.account, seconds=NOT_AT_ALL)


async def test_what_came_while_the_connection_was_gone_rings_with_the_next_one(
    server: FakeMailServer, bell: InboxBell
) -> None:
    server.cut_lines()
    with pytest.raises(MyCRMError):
        await bell.wait(server.account, seconds=LONG)
    server.deliver("INBOX", RAW)
    assert await bell.wait(server.account, seconds=LONG)
    assert server.connections == 2


async def test_a_new_connection_alone_does_not_ring(server: FakeMailServer, bell: InboxBell) -> None:
    server.cut_lines()
    with pytest.raises(MyCRMError):
        await bell.wait(server.account, seconds=LONG)
    assert not await bell.wait(server.account, seconds=NOT_AT_ALL)


async def test_another_account_is_listened_to_anew(server: FakeMailServer, bell: InboxBell) -> None:
    other = replace(server.account, host="other.example.cn")
    assert await bell.wait(other, seconds=LONG)
    assert (server.connections, len(server.open_sessions)) == (2, 1)


async def test_a_server_that_does_not_tell_is_left_alone(server: FakeMailServer) -> None:
    server.idles = False
    bell = InboxBell(server)
    await bell.wait(server.account, seconds=LONG)
    with pytest.raises(MyCRMError) as caught:
        await bell.wait(server.account, seconds=LONG)
    assert caught.value.code == "mailbox_no_idle"
    assert not server.open_sessions


async def test_who_is_called_off_leaves_no_connection(server: FakeMailServer, bell: InboxBell) -> None:
    waiting = asyncio.gather(bell.wait(server.account, seconds=LONG), return_exceptions=True)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not server.open_sessions


async def test_nobody_listens_after_hanging_up(server: FakeMailServer, bell: InboxBell) -> None:
    await bell.hang_up()
    await bell.hang_up()
    assert not server.open_sessions


async def test_a_server_that_cannot_be_reached_is_an_error_each_time(
    server: FakeMailServer, bell: InboxBell
) -> None:
    await bell.hang_up()
    server.error = MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE, "nobody there")
    for _ in range(2):
        with pytest.raises(MyCRMError, match="nobody there"):
            await bell.wait(server.account, seconds=LONG)
