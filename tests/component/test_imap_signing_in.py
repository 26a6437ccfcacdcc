"""The way in: nothing secret leaves before TLS is verified, and nothing secret is told afterwards."""

import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.ports import ImapSession, MailAccount
from tests.support.certificates import make_authority
from tests.support.scripted_imap import PASSWORD, Peer, scripted_imap

PATIENCE = Patience(connect=5, login=5, command=5, goodbye=1)
ABLE = b"* CAPABILITY IMAP4rev1 STARTTLS"
TLS_HANDSHAKE = 0x16
CHINESE = "密码 one\r\n"


def connect(account: MailAccount, *, starttls: bool = False) -> AbstractAsyncContextManager[ImapSession]:
    return ImapServer(patience=PATIENCE, starttls_port=account.port if starttls else 143).connect(account)


async def refused(account: MailAccount, *, starttls: bool = False) -> MyCRMError:
    with pytest.raises(MyCRMError) as caught:
        async with connect(account, starttls=starttls):
            pass
    return caught.value


async def test_with_starttls_the_password_leaves_after_tls(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", ABLE)
        await peer.answer("STARTTLS")
        await peer.start_tls()
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.answer("LOGIN")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.answer("LIST", b'* LIST () "/" INBOX')
        await peer.answer("LOGOUT", b"* BYE bye")

    async with (
        scripted_imap(tmp_path, script, tls_first=False) as server,
        connect(server.account, starttls=True) as session,
    ):
        assert [folder.name for folder in await session.folders()] == ["INBOX"]


async def test_without_an_offer_of_tls_nobody_signs_in(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script, tls_first=False) as server:
        assert (await refused(server.account, starttls=True)).code == "mailbox_tls_required"
    assert "LOGIN" not in {heard.name for heard in server.heard}


async def test_a_refused_starttls_ends_before_the_password(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", ABLE)
        await peer.answer("STARTTLS", end=b"NO not today")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script, tls_first=False) as server:
        error = await refused(server.account, starttls=True)
    assert (error.code, error.kind) == ("mailbox_tls_required", Kind.INVALID)
    assert "not today" in error.detail


@pytest.mark.parametrize("injected", [b"* CAPABILITY IMAP4rev1\r\n", b"* CAPABI", b"A1 OK hello\r\n"])
async def test_words_slipped_in_before_tls_end_the_conversation(tmp_path: Path, injected: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", ABLE)
        heard = await peer.hear("STARTTLS")
        await peer.raw(heard.tag + b" OK go ahead\r\n" + injected)
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script, tls_first=False) as server:
        error = await refused(server.account, starttls=True)
    assert error.code == "mailbox_protocol_error"
    assert "clear text" in error.detail


async def test_a_server_that_lets_everybody_in_before_tls_is_not_trusted(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* PREAUTH welcome")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script, tls_first=False) as server:
        assert (await refused(server.account, starttls=True)).code == "mailbox_tls_required"


async def test_a_certificate_is_verified_after_starttls_too(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", ABLE)
        await peer.answer("STARTTLS")
        await peer.start_tls()
        await peer.until_hung_up()

    stranger = make_authority(tmp_path, name="somebody else")
    async with scripted_imap(tmp_path, script, tls_first=False) as server:
        with pytest.raises(MyCRMError) as caught:
            async with connect(replace(server.account, ca_file=stranger.file), starttls=True):
                pass
    assert caught.value.code == "mailbox_certificate_untrusted"


async def test_a_port_without_tls_gets_no_password(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        noise = await peer.exactly(3)
        assert noise[0] == TLS_HANDSHAKE

    async with scripted_imap(tmp_path, script, tls_first=False) as server:
        assert (await refused(server.account)).code == "mailbox_tls_required"


async def test_a_server_that_lets_us_in_under_tls_is_not_asked_again(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* PREAUTH welcome")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.answer("LIST", b'* LIST () "/" INBOX')

    async with scripted_imap(tmp_path, script) as server, connect(server.account) as session:
        assert len(await session.folders()) == 1


async def test_a_server_that_takes_no_passwords_gets_none(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        assert (await refused(server.account)).code == "mailbox_login_refused"


async def test_a_password_beyond_ascii_travels_as_a_literal(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        heard = await peer.hear("LOGIN")
        secret = CHINESE.encode()
        assert heard.rest == b'"sales@example.cn" {%d}' % len(secret)
        await peer.say(b"+ go on")
        assert await peer.exactly(len(secret) + 2) == secret + b"\r\n"
        await peer.say(heard.tag + b" OK hello")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")

    async with scripted_imap(tmp_path, script, password=CHINESE) as server, connect(server.account):
        pass


async def test_a_password_that_no_server_can_take_is_refused_here(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script, password="a\0b") as server:
        assert (await refused(server.account)).code == "mailbox_login_refused"


async def test_a_password_is_told_to_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.answer("LOGIN", end=b"NO I do not know " + PASSWORD.encode())
        await peer.until_hung_up()

    caplog.set_level(logging.DEBUG)
    async with scripted_imap(tmp_path, script) as server:
        error = await refused(server.account)
    assert (error.code, error.kind) == ("mailbox_login_refused", Kind.INVALID)
    told = "".join([repr(error), str(error), error.detail, repr(server.account), caplog.text])
    assert "I do not know ***" in told
    assert "horse" not in told


async def test_a_password_is_not_in_the_causes_of_a_lost_sign_in(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1")
        await peer.hear("LOGIN")
        await peer.say(b"XX OK what was that?")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        error: BaseException | None = await refused(server.account)
    while error:
        assert "horse" not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__
