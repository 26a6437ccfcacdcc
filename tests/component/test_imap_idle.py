"""Servers that idle badly: every wait has an end, and what happened is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.ports import ImapSession
from tests.support.imap_answers import INBOX
from tests.support.scripted_imap import Peer, Script, scripted_imap

HASTE = Patience(connect=5, login=5, command=0.3, longest=20, goodbye=0.2)
LONG, SHORT = 30.0, 0.1


@asynccontextmanager
async def idling_with(
    tmp_path: Path, manners: Script, *, able: bytes = b"IMAP4rev1 IDLE", patience: Patience | None = None
) -> AsyncIterator[ImapSession]:
    async def script(peer: Peer) -> None:
        await peer.open_folder(able=able)
        await manners(peer)

    async with (
        scripted_imap(tmp_path, script) as server,
        ImapServer(patience=patience).connect(server.account) as session,
    ):
        await session.open(INBOX)
        yield session


async def fails(session: ImapSession, code: str, *, match: str | None = None, seconds: float = LONG) -> None:
    with pytest.raises(MyCRMError, match=match) as caught:
        await session.idle(seconds=seconds)
    assert caught.value.code == code


async def done(peer: Peer, tag: bytes) -> None:
    assert await peer.line() == b"DONE"
    await peer.say(tag + b" OK idled")


async def test_a_server_that_does_not_offer_it_is_not_asked(tmp_path: Path) -> None:
    async def manners(peer: Peer) -> None:
        await peer.answer("LOGOUT")

    # QQ offers it before the sign-in and not afterwards.
    async with idling_with(tmp_path, manners, able=b"IMAP4rev1") as session:
        await fails(session, "mailbox_no_idle")


@pytest.mark.parametrize("end", [b"NO not now", b"BAD what?"])
async def test_a_server_that_offers_it_and_refuses_it_does_not_idle(tmp_path: Path, end: bytes) -> None:
    async def manners(peer: Peer) -> None:
        await peer.answer("IDLE", end=end)

    async with idling_with(tmp_path, manners) as session:
        await fails(session, "mailbox_no_idle", match=end[3:].decode())


@pytest.mark.parametrize("before", [b"", b"+ idling"])
async def test_a_goodbye_ends_the_waiting_whenever_it_comes(tmp_path: Path, before: bytes) -> None:
    async def manners(peer: Peer) -> None:
        await peer.hear("IDLE")
        await peer.say(*([before] if before else []), b"* BYE closing for the night")
        await peer.until_hung_up()

    async with idling_with(tmp_path, manners) as session:
        await fails(session, "mailbox_connection_lost", match="closing for the night")


@pytest.mark.parametrize("before", [b"", b"+ idling"])
async def test_a_lost_connection_ends_the_waiting_at_once(tmp_path: Path, before: bytes) -> None:
    async def manners(peer: Peer) -> None:
        await peer.hear("IDLE")
        await peer.say(*([before] if before else []))
        peer.hang_up()

    async with idling_with(tmp_path, manners) as session:
        await fails(session, "mailbox_connection_lost")


async def test_a_server_that_never_begins_is_given_up(tmp_path: Path) -> None:
    async def manners(peer: Peer) -> None:
        await peer.hear("IDLE")
        await peer.until_hung_up()

    async with idling_with(tmp_path, manners, patience=HASTE) as session:
        await fails(session, "mailbox_connection_lost", match="IDLE in time")


async def test_a_connection_that_died_silently_is_found_out_when_the_time_is_over(tmp_path: Path) -> None:
    async def manners(peer: Peer) -> None:
        await peer.hear("IDLE")
        await peer.say(b"+ idling")
        assert await peer.line() == b"DONE"
        await peer.until_hung_up()

    async with idling_with(tmp_path, manners, patience=HASTE) as session:
        await fails(session, "mailbox_connection_lost", match="DONE in time", seconds=SHORT)


async def test_chatter_is_no_news(tmp_path: Path) -> None:
    async def manners(peer: Peer) -> None:
        heard = await peer.hear("IDLE")
        await peer.say(
            b"+ idling", b"* OK still here", b"* 3 EXISTS", b"* 0 RECENT", b"* 1 FETCH (FLAGS (\\Seen))"
        )
        await peer.say(b"+ still idling")
        await done(peer, heard.tag)

    async with idling_with(tmp_path, manners) as session:
        assert not await session.idle(seconds=SHORT)


@pytest.mark.parametrize("news", [b"* 4 EXISTS", b"* 2 EXPUNGE", b"* VANISHED 7", b"* 4 exists"])
async def test_news_is_told_at_once_even_before_the_server_says_go(tmp_path: Path, news: bytes) -> None:
    async def manners(peer: Peer) -> None:
        for first, second in ((news, b"+ idling"), (b"+ idling", news)):
            heard = await peer.hear("IDLE")
            await peer.say(first, second)
            await done(peer, heard.tag)
            await peer.answer("EXAMINE", b"* 3 EXISTS")

    async with idling_with(tmp_path, manners) as session:
        for _ in range(2):
            assert await session.idle(seconds=LONG)
            await session.open(INBOX)


async def test_a_server_that_ends_it_by_itself_has_told_nothing(tmp_path: Path) -> None:
    async def manners(peer: Peer) -> None:
        heard = await peer.hear("IDLE")
        await peer.say(b"+ idling")
        await peer.say(heard.tag + b" OK enough of that")
        await peer.answer("EXAMINE", b"* 3 EXISTS")

    async with idling_with(tmp_path, manners) as session:
        assert not await session.idle(seconds=LONG)
        assert (await session.open(INBOX)).messages == 3


async def test_who_waits_can_be_called_off_and_the_connection_is_given_up(tmp_path: Path) -> None:
    idling = asyncio.Event()

    async def manners(peer: Peer) -> None:
        await peer.hear("IDLE")
        await peer.say(b"+ idling")
        idling.set()
        await peer.until_hung_up()

    async with idling_with(tmp_path, manners) as session:
        waiting = asyncio.gather(session.idle(seconds=LONG), return_exceptions=True)
        await idling.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await fails(session, "mailbox_connection_lost", match="given up")
