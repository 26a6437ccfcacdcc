"""What everybody who reads a mailbox may rely on: the real adapter on a real server, and its stand-in."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.ports import RemoteFolder
from tests.contract.imap_rigs import Rig, connect, folder, make_rig
from tests.support.dovecot import DovecotServer

pytestmark = pytest.mark.servers("dovecot")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = b"From: li@example.com\r\nSubject: =?utf-8?b?5L2g5aW9?=\r\n\r\n"
RAW = HEADER + b"hello\r\n\r\nagain\r\n"
FOLDER = "客户/欧洲"


@pytest.fixture(params=["fake", "dovecot"])
def rig(request: pytest.FixtureRequest, dovecot_server: DovecotServer) -> Rig:
    return make_rig(request.param, dovecot_server)


async def test_folders_have_readable_names_and_can_be_opened(rig: Rig) -> None:
    await rig.deliver(FOLDER, RAW, internal_date=NOON)
    async with connect(rig) as session:
        known = [folder for folder in await session.folders() if folder.selectable]
        assert {"INBOX", FOLDER} <= {folder.name for folder in known}
        assert (await session.open(await folder(session, FOLDER))).messages == 1


async def test_the_status_counts_mail_and_foretells_the_next_uid(rig: Rig) -> None:
    async with connect(rig) as session:
        inbox = await folder(session, "INBOX")
        before = await session.status(inbox)
        uid = await rig.deliver("INBOX", RAW, internal_date=NOON)
        after = await session.status(inbox)
        assert (before.messages, after.messages) == (0, 1)
        assert before.uid_next <= uid < after.uid_next
        assert before.uid_validity == after.uid_validity > 0
        assert await session.open(inbox) == after


async def test_a_folder_made_again_has_another_validity(rig: Rig) -> None:
    await rig.deliver(FOLDER, RAW, internal_date=NOON)
    async with connect(rig) as session:
        before = await session.status(await folder(session, FOLDER))
        await rig.make_again(FOLDER)
        assert (await session.status(await folder(session, FOLDER))).uid_validity != before.uid_validity


async def test_a_missing_folder_is_told_and_the_session_goes_on(rig: Rig) -> None:
    gone = RemoteFolder(name="gone", wire_name="gone", special_use="", selectable=True)
    async with connect(rig) as session:
        for look in (session.status, session.open):
            with pytest.raises(MyCRMError) as caught:
                await look(gone)
            assert caught.value.code == "mailbox_folder_missing"
        assert (await session.status(await folder(session, "INBOX"))).messages == 0


async def test_mail_is_found_from_a_day_on_and_above_a_uid(rig: Rig) -> None:
    dates = [NOON.replace(day=day) for day in (1, 10, 20)]
    first, second, third = [await rig.deliver("INBOX", RAW, internal_date=moment) for moment in dates]
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        assert list(await session.uids_since(date(2026, 2, 1))) == [first, second, third]
        assert list(await session.uids_since(date(2026, 3, 10))) == [second, third]
        assert list(await session.uids_since(date(2026, 2, 1), above=second)) == [third]
        assert list(await session.uids_since(date(2026, 2, 1), above=third)) == []
        assert list(await session.uids_since(date(2026, 4, 1))) == []


async def test_heads_come_in_order_with_date_size_and_header(rig: Rig) -> None:
    first = await rig.deliver("INBOX", RAW, internal_date=NOON)
    second = await rig.deliver("INBOX", RAW + b"more\r\n", internal_date=NOON.replace(day=3))
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        heads = await session.heads([second, 999, first])
        assert [(head.uid, head.size, head.header) for head in heads] == [
            (first, len(RAW), HEADER),
            (second, len(RAW) + 6, HEADER),
        ]
        assert [head.internal_date for head in heads] == [NOON, NOON.replace(day=3)]


async def test_bodies_are_cut_at_the_limit(rig: Rig) -> None:
    uid = await rig.deliver("INBOX", RAW, internal_date=NOON)
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        assert await session.bodies([uid, 999], limit=10_000) == {uid: RAW}
        assert await session.bodies([uid], limit=20) == {uid: RAW[:20]}
        assert await session.bodies([], limit=20) == {}


async def test_removed_mail_is_not_given_and_not_present(rig: Rig) -> None:
    gone, kept = [await rig.deliver("INBOX", RAW, internal_date=NOON) for _ in range(2)]
    await rig.expunge("INBOX", gone)
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        assert await session.present([gone, kept, 999]) == [kept]
        assert [head.uid for head in await session.heads([gone, kept])] == [kept]
        assert (await session.bodies([gone, kept], limit=99)).keys() == {kept}


async def test_a_wrong_password_is_refused(rig: Rig) -> None:
    with pytest.raises(MyCRMError) as caught:
        async with rig.server.connect(replace(rig.account, password="wrong")):
            pass
    assert caught.value.code == "mailbox_login_refused"


async def test_a_session_is_over_after_its_block(rig: Rig) -> None:
    async with connect(rig) as session:
        inbox = await folder(session, "INBOX")
    with pytest.raises(MyCRMError) as caught:
        await session.status(inbox)
    assert caught.value.code == "mailbox_connection_lost"
