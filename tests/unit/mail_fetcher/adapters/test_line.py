"""The one lasting connection."""

from dataclasses import replace

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.line import LastingLine
from tests.support.fake_imap import FakeMailServer


@pytest.fixture
def server() -> FakeMailServer:
    return FakeMailServer()


@pytest.fixture
def line(server: FakeMailServer) -> LastingLine:
    return LastingLine(server)


async def test_a_session_is_kept_for_its_account(server: FakeMailServer, line: LastingLine) -> None:
    first = await line.session(server.account)
    was_fresh = line.is_fresh
    assert await line.session(server.account) is first
    assert (was_fresh, line.is_fresh) == (True, False)
    assert server.connections == 1


async def test_another_account_gets_another_session(server: FakeMailServer, line: LastingLine) -> None:
    first = await line.session(server.account)
    second = await line.session(replace(server.account, host="other.example.cn"))
    assert second is not first
    assert line.is_fresh
    assert server.open_sessions == {second}


async def test_a_dropped_session_is_over_and_the_next_one_is_new(
    server: FakeMailServer, line: LastingLine
) -> None:
    first = await line.session(server.account)
    await line.drop()
    assert server.open_sessions == set()
    assert await line.session(server.account) is not first


async def test_what_was_never_there_can_be_dropped_and_ended(line: LastingLine) -> None:
    await line.drop()
    await line.hang_up()


async def test_ending_it_ends_the_session(server: FakeMailServer, line: LastingLine) -> None:
    await line.session(server.account)
    await line.hang_up()
    await line.hang_up()
    assert server.open_sessions == set()


async def test_a_connection_that_did_not_come_about_is_not_kept(
    server: FakeMailServer, line: LastingLine
) -> None:
    wrong = replace(server.account, password="wrong")
    for _ in range(2):
        with pytest.raises(MyCRMError):
            await line.session(wrong)
    assert server.connections == 2
    assert await line.session(server.account) in server.open_sessions
