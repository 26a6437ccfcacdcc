"""The private Dovecot that other tests stand on."""

import imaplib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.certificates import Certificate, make_authority
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.mailbox_maker import FOLDERS, make_mailbox
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("dovecot")
MAIL = b"From: li@example.com\r\nTo: sales@example.cn\r\nSubject: hello\r\n\r\nhello\r\n"
FOLDER = "客户/欧洲 & 美洲"


async def test_a_delivered_mail_keeps_its_bytes_date_and_flags(tmp_path: Path) -> None:
    date = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    async with dovecot(tmp_path) as server:
        uid = await server.deliver(FOLDER, MAIL, internal_date=date)
        before = await server.flags(FOLDER)
        with _client(server, ca_file=server.ca_file) as client:
            client.select('"&W6JiNw-/&aydtMg- &- &f45tMg-"', readonly=True)
            _, answer = client.uid("FETCH", str(uid), "(INTERNALDATE BODY.PEEK[])")
        assert answer[0][1] == MAIL
        assert b"01-Mar-2026" in answer[0][0]
        assert await server.flags(FOLDER) == before == {uid: frozenset({"\\Recent"})}


async def test_a_reader_that_leaves_traces_is_seen_in_the_flags(tmp_path: Path) -> None:
    async with dovecot(tmp_path) as server:
        uid = await server.deliver("INBOX", MAIL)
        before = await server.flags("INBOX")
        with _client(server, ca_file=server.ca_file) as client:
            client.select("INBOX")
            client.uid("FETCH", str(uid), "(RFC822)")
        assert await server.flags("INBOX") != before


async def test_an_outage_ends_and_the_mail_is_still_there(tmp_path: Path) -> None:
    async with dovecot(tmp_path) as server:
        uid = await server.deliver("INBOX", MAIL)
        await server.stop()

        async def is_refused() -> bool:
            return not await server.account.can_sign_in()

        # Dovecot looks at its accounts once a second at most.
        await eventually(is_refused, what="the removed account is refused")
        await server.start()
        server.kill()
        await server.start()
        assert list(await server.flags("INBOX")) == [uid]
        await server.expunge("INBOX", [uid])
        assert await server.flags("INBOX") == {}


async def test_accounts_are_apart_and_passwords_are_checked(tmp_path: Path) -> None:
    async with dovecot(tmp_path) as server:
        other = server.add_user("wang@example.cn", password="one")
        assert await other.can_sign_in()
        await other.deliver("INBOX", MAIL)
        assert await server.flags("INBOX") == {}
        await server.change_password("wang@example.cn", password="another one")
        assert not await other.can_sign_in()
        server.remove_user(server.username)
        assert not await server.account.can_sign_in()


async def test_a_folder_made_again_has_another_validity(tmp_path: Path) -> None:
    async with dovecot(tmp_path) as server:
        await server.create_folder("Archive")
        before = await server.account.uid_validity("Archive")
        await server.account.delete_folder("Archive")
        await server.create_folder("Archive")
        assert await server.account.uid_validity("Archive") != before


async def test_only_the_right_authority_is_trusted(tmp_path: Path) -> None:
    stranger = make_authority(tmp_path, name="somebody else")
    async with dovecot(tmp_path) as server:
        with _client(server, ca_file=server.ca_file) as client:
            assert client.state == "AUTH"
        with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
            _client(server, ca_file=stranger.file)


@pytest.mark.parametrize(
    ("kind", "complaint"), [("expired", "has expired"), ("other name", "IP address mismatch")]
)
async def test_a_bad_certificate_is_refused_by_a_verifying_client(
    tmp_path: Path, kind: str, complaint: str
) -> None:
    authority = make_authority(tmp_path)
    bad: dict[str, Certificate] = {
        "expired": authority.issue_expired(tmp_path),
        "other name": authority.issue(tmp_path, names=["mail.example.com"]),
    }
    async with dovecot(tmp_path, authority=authority, certificate=bad[kind]) as server:
        with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
            _client(server, ca_file=server.ca_file)


async def test_a_made_mailbox_arrives_whole(dovecot_server: DovecotServer) -> None:
    mailbox = make_mailbox(500)
    await dovecot_server.deliver_all(mailbox)
    found = {folder: len(await dovecot_server.flags(folder)) for folder in FOLDERS}
    assert found == mailbox.per_folder


def _client(server: DovecotServer, *, ca_file: Path) -> imaplib.IMAP4_SSL:
    context = ssl.create_default_context(cafile=ca_file)
    client = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=10)
    client.login(server.username, server.password)
    return client
