"""Signing in with tokens: a real provider on loopback, a real Dovecot, and servers with their own ways to refuse."""

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.adapters.oauth import OAuthTokens
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.tokens import Grant, Provider
from tests.support.certificates import Authority
from tests.support.clock import FakeClock
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.memory_grants import MemoryGrants
from tests.support.scripted_imap import Peer, scripted_imap
from tests.support.token_office import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    USERNAME,
    TokenOffice,
    token_office,
)

GRANT = Grant(
    provider=Provider.GOOGLE, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN
)


@pytest.fixture
async def office() -> AsyncIterator[TokenOffice]:
    async with token_office() as office:
        yield office


@pytest.fixture
async def server(tmp_path: Path, authority: Authority, office: TokenOffice) -> AsyncIterator[DovecotServer]:
    async with dovecot(tmp_path, authority=authority, tokens_url=office.info_url) as server:
        yield server


def imap(office: TokenOffice) -> ImapServer:
    endpoints = dict.fromkeys(Provider, office.token_url)
    return ImapServer(tokens=OAuthTokens(clock=FakeClock(), keeper=MemoryGrants(), endpoints=endpoints))


def account(server: DovecotServer) -> MailAccount:
    return MailAccount(
        host=server.host, port=server.port, username=USERNAME, grant=GRANT, ca_file=server.ca_file
    )


async def refused(way: ImapServer, where: MailAccount) -> MyCRMError:
    with pytest.raises(MyCRMError) as caught:
        async with way.connect(where):
            pass
    return caught.value


@pytest.mark.servers("dovecot")
async def test_a_token_opens_the_mailbox_and_serves_again(server: DovecotServer, office: TokenOffice) -> None:
    way = imap(office)
    for _ in range(3):
        async with way.connect(account(server)) as session:
            assert [folder.name for folder in await session.folders()] == ["INBOX"]
    assert len(office.asked) == 1


@pytest.mark.servers("dovecot")
async def test_a_token_that_was_withdrawn_is_renewed_once(server: DovecotServer, office: TokenOffice) -> None:
    way = imap(office)
    async with way.connect(account(server)):
        pass
    office.withdraw()
    async with way.connect(account(server)) as session:
        assert await session.folders()
    assert len(office.asked) == 2


@pytest.mark.servers("dovecot")
async def test_somebody_elses_token_is_refused_in_the_servers_words(
    server: DovecotServer, office: TokenOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = server.add_user("wang@example.cn")
    error = await refused(imap(office), replace(account(server), username=other.username))
    assert (error.code, error.kind) == ("mailbox_login_refused", Kind.INVALID)
    assert "uthentication failed" in error.detail
    told = f"{error} {caplog.text}"
    assert not [secret for secret in (CLIENT_SECRET, REFRESH_TOKEN, "token-1", "token-2") if secret in told]


async def test_without_a_token_nobody_knocks(office: TokenOffice) -> None:
    nowhere = MailAccount(
        host="127.0.0.1", port=1, username=USERNAME, grant=replace(GRANT, refresh_token="old")
    )
    error = await refused(imap(office), nowhere)
    assert error.code == "mailbox_login_refused"
    assert error.detail == "invalid_grant AADSTS700082: the token *** has expired"


CHALLENGE = b64encode(
    json.dumps({"status": "401", "schemes": "bearer", "scope": "https://mail.example/"}).encode()
)


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_refusal_is_heard_to_its_end(tmp_path: Path, office: TokenOffice, *, at_once: bool) -> None:
    shown: list[bytes] = []

    async def authenticate(peer: Peer) -> None:
        heard = await peer.hear("AUTHENTICATE")
        _, _, token = heard.rest.partition(b" ")
        if not at_once:
            await peer.say(b"+ ")
            token = await peer.line()
        shown.append(b64decode(token))
        await peer.say(b"+ " + CHALLENGE)
        assert await peer.line() == b""
        await peer.say(heard.tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")

    async def script(peer: Peer) -> None:
        await peer.say(b"* OK Gimap ready")
        await peer.answer(
            "CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2" + (b" SASL-IR" if at_once else b"")
        )
        await authenticate(peer)
        await authenticate(peer)
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        error = await refused(imap(office), replace(server.account, password="", grant=GRANT))
    assert error.detail == "[AUTHENTICATIONFAILED] Invalid credentials (Failure) (401)"
    assert shown == [f"user={USERNAME}\x01auth=Bearer token-{number}\x01\x01".encode() for number in (1, 2)]


async def test_a_server_that_hangs_up_after_a_refusal_has_still_refused(
    tmp_path: Path, office: TokenOffice
) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR")
        await peer.answer("AUTHENTICATE", end=b"NO AUTHENTICATE failed.")
        peer.hang_up()

    async with scripted_imap(tmp_path, script) as server:
        error = await refused(imap(office), replace(server.account, grant=GRANT))
    assert (error.code, error.detail) == ("mailbox_login_refused", "AUTHENTICATE failed.")


async def test_a_server_that_takes_no_tokens_is_not_shown_one(tmp_path: Path, office: TokenOffice) -> None:
    async def script(peer: Peer) -> None:
        await peer.say(b"* OK ready")
        await peer.answer("CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN")
        await peer.until_hung_up()

    async with scripted_imap(tmp_path, script) as server:
        error = await refused(imap(office), replace(server.account, grant=GRANT))
    assert (error.code, error.kind) == ("mailbox_login_refused", Kind.INVALID)
    assert "XOAUTH2" in error.detail
