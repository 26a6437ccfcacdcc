"""Servers that break off, stand still or talk nonsense: an error within seconds, and never a doubtful connection."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.ports import ImapSession
from tests.support.imap_answers import INBOX, described_head, head
from tests.support.scripted_imap import Peer, ScriptedServer, scripted_imap

PATIENCE = Patience(connect=10, login=10, command=10, longest=20, goodbye=1)
HASTE = Patience(connect=0.5, login=0.5, command=0.3, longest=1, goodbye=0.2)


@contextmanager
def failing(code: str, match: str | None = None, *, within: float = 3) -> Iterator[None]:
    """The block fails with this code, and soon."""
    begun = time.monotonic()
    with pytest.raises(MyCRMError, match=match) as caught:
        yield
    assert caught.value.code == code
    assert time.monotonic() - begun < within


def _connect(
    server: ScriptedServer, patience: Patience = PATIENCE
) -> AbstractAsyncContextManager[ImapSession]:
    return ImapServer(patience=patience).connect(server.account)


@pytest.mark.parametrize("last_words", [b"* BYE going down for maintenance\r\n", b""])
async def test_a_server_that_leaves_before_it_answers_fails_the_command_at_once(
    tmp_path: Path, last_words: bytes
) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID FETCH")
        await peer.raw(last_words)
        peer.hang_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        with failing("mailbox_connection_lost", "going down" if last_words else "closed|reset|lost"):
            await session.heads([1, 2, 3])
        with failing("mailbox_connection_lost"):
            await session.heads([1])


async def test_a_goodbye_without_a_close_is_the_end_too(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID SEARCH")
        await peer.say(b"* BYE idle for too long")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        with failing("mailbox_connection_lost", "idle for too long"):
            await session.present([1])


async def test_a_literal_without_end_is_refused_when_it_is_announced(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID FETCH")
        await peer.raw(b"* 1 FETCH (UID 1 BODY[]<0> {99999999999}\r\n")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        with failing("mailbox_protocol_error", "literal of 99999999999 bytes"):
            await session.bodies([1], limit=1000)


async def test_a_line_without_end_is_refused_when_it_is_too_long(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID SEARCH")
        for _ in range(3000):
            await peer.raw(b"* SEARCH 1 2 3 4" * 100)
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        with failing("mailbox_protocol_error", "line longer"):
            await session.present([1])


async def test_a_mail_described_without_end_costs_its_structure_only(tmp_path: Path) -> None:
    part = b'("text" "plain" ("name" "%s") NIL NIL "7bit" 1 1)' % (b"x" * 900)

    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.hear("UID FETCH")
        described = (
            b"* 2 FETCH (UID 2 BODYSTRUCTURE (" + part * 3000 + b' "mixed") BODY[HEADER] {4}\r\na\r\n\r)'
        )
        await peer.say(described_head(1), described, described_head(3), heard.tag + b" OK done")
        heard = await peer.answer("UID FETCH", head(2))
        assert heard.rest == b"2 (UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        heads = await session.heads([1, 2, 3])
    assert [(head.uid, head.structure is None) for head in heads] == [(1, False), (2, True), (3, False)]


async def test_answers_without_end_are_refused_when_they_are_too_many(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()
        await peer.hear("STATUS")
        for _ in range(300):
            await peer.say(b"* OK " + b"bla " * 10_000)
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        with failing("mailbox_protocol_error", "more than"):
            await session.status(INBOX)


async def test_a_silent_server_is_given_up_and_its_late_answer_is_nobodys(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID SEARCH")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server, HASTE) as session:
        await session.open(INBOX)
        with failing("mailbox_connection_lost", "SEARCH in time"):
            await session.present([1])
        with failing("mailbox_connection_lost", "given up"):
            await session.present([1])


async def test_a_slow_server_may_finish_and_a_dripping_one_may_not(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.hear("UID SEARCH")
        for _ in range(4):
            await peer.say(b"* OK still here")
            await asyncio.sleep(0.15)
        await peer.say(b"* SEARCH 1", heard.tag + b" OK done")
        await peer.hear("UID SEARCH")
        for _ in range(100):
            await peer.say(b"* OK still here")
            await asyncio.sleep(0.15)

    async with scripted_imap(tmp_path, script) as server, _connect(server, HASTE) as session:
        await session.open(INBOX)
        assert await session.present([1]) == [1]
        with failing("mailbox_connection_lost", "in time"):
            await session.present([1])


async def test_a_cancelled_question_closes_the_connection(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID SEARCH")
        asked.set()
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        question = asyncio.gather(session.present([1]), return_exceptions=True)
        await asked.wait()
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question
        with failing("mailbox_connection_lost", "given up"):
            await session.present([1])


async def test_questions_at_the_same_time_take_turns_and_fetching_goes_together(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        both = await peer.hear("UID FETCH"), await peer.hear("UID FETCH")
        await asyncio.sleep(0.1)  # nothing else may be asked meanwhile
        await peer.say(
            head(1),
            b'* 2 FETCH (UID 2 BODY[1] "two")',
            head(3),
            *(heard.tag + b" OK done" for heard in both),
        )
        await peer.answer("UID SEARCH", b"* SEARCH 1")
        await peer.answer("UID FETCH", b'* 1 FETCH (UID 1 BODY[] "one")')

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        heads, sections, present, bodies = await asyncio.gather(
            session.heads([1, 3]),
            session.sections({2: [SectionWish(section="1", limit=9)]}),
            session.present([1]),
            session.bodies([1], limit=9),
        )
    assert [head.uid for head in heads] == [1, 3]
    assert (sections, present, bodies) == ({2: {"1": b"two"}}, [1], {1: b"one"})


async def test_what_breaks_off_one_question_breaks_off_all(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID FETCH")
        await peer.hear("UID FETCH")
        await peer.raw(b"* 1 FETCH (UID 1 BODY[1] {5}\r\non")
        peer.hang_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        outcomes = await asyncio.gather(
            session.heads([1]), session.bodies([1], limit=9), session.uids(), return_exceptions=True
        )
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, MyCRMError)]
    assert codes == ["mailbox_connection_lost"] * 3


@pytest.mark.parametrize(
    "nonsense",
    [b"ZZZ9 OK not your tag", b"* 1 FETCH (UID 1)\r\ngarbage", b"+ go on", b"\0\0\0"],
)
async def test_nonsense_ends_the_conversation(tmp_path: Path, nonsense: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.hear("UID FETCH")
        await peer.say(nonsense)
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server, _connect(server) as session:
        await session.open(INBOX)
        with failing("mailbox_protocol_error"):
            await session.heads([1])


@pytest.mark.parametrize(
    "greeting", [b"220 mail.example.com ESMTP", b"+OK POP3 ready", b"HTTP/1.0 400 Bad Request"]
)
async def test_another_kind_of_server_is_recognised(tmp_path: Path, greeting: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(greeting)
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        with failing("mailbox_protocol_error", "not an IMAP server"):
            async with _connect(server):
                pass


async def test_a_greeting_that_is_a_goodbye_is_passed_on(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* BYE too many connections")

    async with scripted_imap(tmp_path, script) as server:
        with failing("mailbox_connection_lost", "too many connections"):
            async with _connect(server):
                pass


@pytest.mark.parametrize(
    ("closes", "code"), [(False, "mailbox_unreachable"), (True, "mailbox_connection_lost")]
)
async def test_a_server_without_a_greeting_is_given_up(tmp_path: Path, *, closes: bool, code: str) -> None:
    async def script(peer: Peer) -> None:
        if not closes:
            await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        with failing(code):
            async with _connect(server, HASTE):
                pass


async def test_a_sign_in_that_is_never_answered_is_given_up(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.hear("LOGIN")
        await peer.until_hung_up()

    patience = Patience(connect=5, login=0.3, command=5, goodbye=0.2)
    async with scripted_imap(tmp_path, script) as server:
        with failing("mailbox_connection_lost", "not signed in within 0.3 s"):
            async with _connect(server, patience):
                pass


async def test_a_goodbye_that_is_never_answered_does_not_hold_the_owner(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()
        await peer.hear("LOGOUT")
        await peer.until_hung_up()

    begun = time.monotonic()
    async with scripted_imap(tmp_path, script) as server, _connect(server, replace(PATIENCE, goodbye=0.2)):
        pass
    assert time.monotonic() - begun < 2


async def test_too_many_sign_ins_are_a_passing_trouble(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.answer("LOGIN", b"* BYE see you", end=b"NO [LIMIT] too many connections")

    async with scripted_imap(tmp_path, script) as server:
        with pytest.raises(MyCRMError) as caught:
            async with _connect(server):
                pass
    assert (caught.value.code, caught.value.kind) == ("mailbox_login_refused", Kind.UNAVAILABLE)


async def test_an_answer_counts_even_if_nonsense_follows_in_the_same_piece(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        heard = await peer.hear("LOGIN")
        await peer.say(heard.tag + b" NO wrong password", b"what else?")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        with failing("mailbox_login_refused", "wrong password"):
            async with _connect(server):
                pass
