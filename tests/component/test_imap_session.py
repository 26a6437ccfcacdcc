"""The IMAP adapter on a real Dovecot."""

import asyncio
import datetime as dt
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.ports import FolderStatus, ImapSession, MailAccount, RemoteFolder
from tests.support.certificates import Authority, make_authority
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.ports import free_port

pytestmark = pytest.mark.servers("dovecot")

PATIENCE = Patience(connect=5, login=5, command=10)
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ODD_NAMES = ["客户", '客户/欧洲 & 美洲 "大"', "back\\slash", "star * percent %", "emoji 📮", "-", "&"]


@dataclass(frozen=True, kw_only=True)
class Mail:
    folder: str
    raw_bytes: bytes
    internal_date: dt.datetime = NOON


def mail(number: int) -> bytes:
    return b"From: li@example.com\r\nSubject: =?utf-8?b?5L2g5aW9?= %d\r\n\r\nbody of %d\r\n" % (
        number,
        number,
    )


def account(server: DovecotServer) -> MailAccount:
    return MailAccount(
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        ca_file=server.ca_file,
    )


def connect(where: MailAccount | DovecotServer) -> AbstractAsyncContextManager[ImapSession]:
    if isinstance(where, DovecotServer):
        where = account(where)
    return ImapServer(patience=PATIENCE).connect(where)


async def folder(session: ImapSession, name: str) -> RemoteFolder:
    return next(known for known in await session.folders() if known.name == name)


async def read_for_ever(session: ImapSession) -> None:
    while True:
        await session.heads([1])
        await asyncio.sleep(0.01)


async def refused(where: MailAccount | DovecotServer) -> MyCRMError:
    with pytest.raises(MyCRMError) as caught:
        async with connect(where):
            pass
    return caught.value


async def test_every_folder_is_seen_by_its_readable_name_and_can_be_opened(
    dovecot_server: DovecotServer,
) -> None:
    for name in ODD_NAMES:
        await dovecot_server.deliver(name, mail(1), internal_date=NOON)
    async with connect(dovecot_server) as session:
        folders = {known.name: known for known in await session.folders()}
        assert set(folders) == {"INBOX", *ODD_NAMES}
        for name in ODD_NAMES:
            assert (await session.status(folders[name])).messages == 1
            assert (await session.open(folders[name])).messages == 1
            assert list(await session.uids_since(NOON.date())) == [1]


async def test_the_use_of_a_folder_and_a_folder_of_folders_are_told(dovecot_server: DovecotServer) -> None:
    await dovecot_server.create_folder("Sent")
    await dovecot_server.create_folder("parent/child")
    async with connect(dovecot_server) as session:
        folders = {known.name: known for known in await session.folders()}
    assert folders["Sent"].special_use == "sent"
    assert folders["INBOX"].special_use == ""
    assert not folders["parent"].selectable
    assert folders["parent/child"].selectable


async def test_status_and_opening_tell_the_same_numbers(dovecot_server: DovecotServer) -> None:
    await dovecot_server.deliver_all([Mail(folder="INBOX", raw_bytes=mail(number)) for number in range(3)])
    await dovecot_server.expunge("INBOX", [2])
    validity = await dovecot_server.account.uid_validity("INBOX")
    expected = FolderStatus(messages=2, uid_next=4, uid_validity=validity)
    async with connect(dovecot_server) as session:
        inbox = await folder(session, "INBOX")
        assert await session.status(inbox) == expected
        assert await session.open(inbox) == expected
        await dovecot_server.deliver("INBOX", mail(4))
        assert await session.status(inbox) == replace(expected, messages=3, uid_next=5)


async def test_mail_is_found_by_day_and_above_a_uid(dovecot_server: DovecotServer) -> None:
    days = [NOON + dt.timedelta(days=offset) for offset in (-2, -1, 0, 5, -2, 1)]
    await dovecot_server.deliver_all(
        [Mail(folder="INBOX", raw_bytes=mail(1), internal_date=day) for day in days]
    )
    async with connect(dovecot_server) as session:
        await session.open(await folder(session, "INBOX"))
        assert list(await session.uids_since(NOON.date())) == [3, 4, 6]
        assert list(await session.uids_since(NOON.date(), above=3)) == [4, 6]
        assert list(await session.uids_since(NOON.date(), above=6)) == []
        assert list(await session.uids_since(NOON.date(), above=600)) == []


async def test_many_heads_come_in_several_commands_in_order_and_whole(dovecot_server: DovecotServer) -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    await dovecot_server.deliver_all(
        Mail(folder="INBOX", raw_bytes=mail(number), internal_date=NOON.astimezone(zone))
        for number in range(1, 451)
    )
    async with connect(dovecot_server) as session:
        await session.open(await folder(session, "INBOX"))
        heads = await session.heads(reversed(range(1, 460)))
    assert [head.uid for head in heads] == list(range(1, 451))
    for head in heads:
        assert head.internal_date == NOON
        assert head.internal_date.tzinfo is dt.UTC
        assert head.size == len(mail(head.uid))
        assert head.header == mail(head.uid).partition(b"body")[0]


async def test_bodies_come_whole_or_cut_at_the_limit(dovecot_server: DovecotServer) -> None:
    big = mail(1) + b"x" * 100_000 + b"\r\n"
    await dovecot_server.deliver_all([Mail(folder="INBOX", raw_bytes=raw) for raw in (big, mail(2), mail(3))])
    await dovecot_server.expunge("INBOX", [2])
    async with connect(dovecot_server) as session:
        await session.open(await folder(session, "INBOX"))
        assert await session.bodies([3, 2, 1], limit=1_000_000) == {1: big, 3: mail(3)}
        assert await session.bodies([1, 3], limit=20) == {1: big[:20], 3: mail(3)[:20]}
        assert await session.present([1, 2, 3, 4]) == [1, 3]


async def test_nothing_that_is_asked_leaves_a_trace(dovecot_server: DovecotServer) -> None:
    await dovecot_server.deliver("INBOX", mail(1))
    await dovecot_server.deliver("INBOX", mail(2), flags=["\\Seen", "\\Flagged"])
    before = await dovecot_server.flags("INBOX")
    assert "\\Recent" in before[1]
    async with connect(dovecot_server) as session:
        inbox = await folder(session, "INBOX")
        await session.status(inbox)
        await session.open(inbox)
        uids = await session.uids_since(dt.date(2020, 1, 1))
        assert len(await session.heads(uids)) == len(await session.bodies(uids, limit=100)) == 2
        await session.present(uids)
    assert await dovecot_server.flags("INBOX") == before


async def test_a_missing_folder_is_named_and_the_session_goes_on(dovecot_server: DovecotServer) -> None:
    await dovecot_server.create_folder("旧客户/child")
    async with connect(dovecot_server) as session:
        gone = replace(await folder(session, "INBOX"), name="已删除", wire_name="&XfJSIJZk-")
        parent = await folder(session, "旧客户")
        for ask in (session.open, session.status):
            for absent in (gone, parent):
                with pytest.raises(MyCRMError, match=absent.name) as caught:
                    await ask(absent)
                assert (caught.value.code, caught.value.kind) == ("mailbox_folder_missing", Kind.NOT_FOUND)
        assert (await session.open(await folder(session, "INBOX"))).messages == 0


async def test_a_wrong_password_is_refused(dovecot_server: DovecotServer) -> None:
    error = await refused(replace(account(dovecot_server), password="not this one"))
    assert (error.code, error.kind) == ("mailbox_login_refused", Kind.INVALID)
    assert "not this one" not in str(error)


@pytest.mark.parametrize("password", ['all "quotes" and \\slashes\\', "密码 with 汉字", "{5}", "(", "100% *"])
async def test_passwords_of_every_kind_arrive(dovecot_server: DovecotServer, password: str) -> None:
    other = dovecot_server.add_user("wang@example.cn", password=password)
    where = replace(account(dovecot_server), username=other.username, password=password)
    async with connect(where) as session:
        assert [known.name for known in await session.folders()] == ["INBOX"]


async def test_an_unknown_authority_is_not_trusted(dovecot_server: DovecotServer, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path, name="somebody else")
    for ca_file in (stranger.file, None):
        error = await refused(replace(account(dovecot_server), ca_file=ca_file))
        assert (error.code, error.kind) == ("mailbox_certificate_untrusted", Kind.INVALID)
        assert "not trusted" in error.detail


async def test_an_expired_certificate_is_not_trusted(tmp_path: Path, authority: Authority) -> None:
    expired = authority.issue_expired(tmp_path)
    async with dovecot(tmp_path, authority=authority, certificate=expired) as server:
        error = await refused(server)
    assert error.code == "mailbox_certificate_untrusted"
    assert error.detail.startswith("expired")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_certificate_for_another_host_is_not_trusted(
    tmp_path: Path, authority: Authority, host: str
) -> None:
    other = authority.issue(tmp_path, names=["mail.example.com"])
    async with dovecot(tmp_path, authority=authority, certificate=other) as server:
        error = await refused(replace(account(server), host=host))
    assert error.code == "mailbox_certificate_untrusted"
    assert error.detail.startswith("wrong host name")


@pytest.mark.parametrize("content", [None, "this is no certificate"])
async def test_a_useless_file_of_authorities_is_named(
    dovecot_server: DovecotServer, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "authorities.pem"
    if content:
        file.write_text(content, "utf-8")
    error = await refused(replace(account(dovecot_server), ca_file=file))
    assert error.code == "mailbox_certificate_untrusted"
    assert "authorities.pem" in error.detail


async def test_a_port_where_nobody_listens_is_unreachable(dovecot_server: DovecotServer) -> None:
    error = await refused(replace(account(dovecot_server), port=free_port()))
    assert (error.code, error.kind) == ("mailbox_unreachable", Kind.UNAVAILABLE)


@pytest.mark.parametrize(("host", "port"), [("mail..example.com", 993), ("", 993), ("127.0.0.1", 99999)])
async def test_an_address_that_cannot_be_one_is_unreachable_for_good(host: str, port: int) -> None:
    error = await refused(MailAccount(host=host, port=port, username="li", password="x"))
    assert (error.code, error.kind) == ("mailbox_unreachable", Kind.INVALID)


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_server_that_goes_away_is_an_error_within_seconds(
    dovecot_server: DovecotServer, how: str
) -> None:
    await dovecot_server.deliver("INBOX", mail(1))
    async with connect(dovecot_server) as session:
        inbox = await folder(session, "INBOX")
        await session.open(inbox)
        if how == "stop":
            await dovecot_server.stop()
        else:
            dovecot_server.kill()
        begun = time.monotonic()
        with pytest.raises(MyCRMError) as caught:
            await read_for_ever(session)
        assert time.monotonic() - begun < 5
        assert (caught.value.code, caught.value.kind) == ("mailbox_connection_lost", Kind.UNAVAILABLE)
    await dovecot_server.start()
    async with connect(dovecot_server) as session:
        assert (await session.open(inbox)).messages == 1


async def test_a_server_that_goes_away_under_a_long_answer_is_an_error_within_seconds(
    dovecot_server: DovecotServer,
) -> None:
    huge = mail(1) + b"0123456789abcde\n" * 2_000_000
    await dovecot_server.deliver("INBOX", huge)
    async with connect(dovecot_server) as session:
        await session.open(await folder(session, "INBOX"))
        reading = asyncio.gather(session.bodies([1], limit=len(huge) * 2), return_exceptions=True)
        await asyncio.sleep(0.005)
        dovecot_server.kill()
        async with asyncio.timeout(5):
            (outcome,) = await reading
    assert isinstance(outcome, MyCRMError)
    assert outcome.code == "mailbox_connection_lost"
