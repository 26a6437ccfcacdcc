"""Mailboxes on servers with odd manners: what real ones were seen to do, each with the guard against it."""

import datetime as dt
from pathlib import Path

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.imap import ImapServer, Patience
from mycrm_mail_fetcher.domain.structure import SectionWish
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports import FolderStatus, RemoteFolder
from tests.support.imap_answers import INBOX
from tests.support.scripted_imap import Peer, Script, scripted_imap, standing

SENT = RemoteFolder(name="Sent", wire_name="Sent", special_use="sent", selectable=True)
DAY = dt.date(2026, 3, 1)
IMPATIENT = Patience(connect=5, login=5, command=5, longest=10, goodbye=1)


async def test_folders_without_a_name_are_passed_over(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()
        await peer.answer(
            "LIST",
            b'* LIST () "/" NIL',
            b'* LIST () "/" ""',
            b'* LIST (\\HasNoChildren) "/" INBOX',
            b'* LIST (\\NonExistent \\HasChildren) NIL "old"',
            b'* LIST (\\Sent) "/" {8}\r\nSent (1)',
            b'* LIST () "/" "* odd ( name * here"',
        )

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        folders = await session.folders()
    assert [(folder.name, folder.special_use, folder.selectable) for folder in folders] == [
        ("INBOX", "", True),
        ("old", "", False),
        ("Sent (1)", "sent", True),
        ("* odd ( name * here", "", True),
    ]


async def test_a_refused_list_of_special_uses_is_asked_for_plainly(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in(able=b"IMAP4rev1 LIST-EXTENDED SPECIAL-USE")
        await peer.answer("LIST", end=b"BAD parse error")
        await peer.answer("LIST", b'* LIST () "/" INBOX')

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        assert [folder.name for folder in await session.folders()] == ["INBOX"]


async def test_a_server_that_wants_an_introduction_gets_one_before_anything_is_opened(tmp_path: Path) -> None:
    script = _unsafe_without_introduction(able=b"IMAP4rev1 ID")
    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        assert (await session.open(INBOX)).messages == 3
    introduction = next(heard for heard in server.heard if heard.name == "ID")
    for word in (b'"name"', b'"version"', b'"vendor"', b'"support-email"'):
        assert word in introduction.rest


async def test_an_unsafe_login_is_a_refused_login_and_not_a_missing_folder(tmp_path: Path) -> None:
    script = _unsafe_without_introduction(able=b"IMAP4rev1")
    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        with pytest.raises(MyCRMError, match="Unsafe Login") as caught:
            await session.open(INBOX)
    assert caught.value.code == "mailbox_login_refused"


async def test_an_empty_status_is_learned_by_opening_and_the_open_folder_is_opened_again(
    tmp_path: Path,
) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer("STATUS", b"* STATUS Sent ()")
        opened = [await peer.answer("EXAMINE", *standing(9)) for _ in range(2)]
        assert [heard.rest for heard in opened] == [b'"Sent"', b'"INBOX"']

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert await session.status(SENT) == FolderStatus(messages=9, uid_next=10, uid_validity=7)


async def test_a_search_is_joined_from_several_answers(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.answer(
            "UID SEARCH", b"* SEARCH 9 3", b"* 4 EXISTS", b"* SEARCH", b"* SEARCH 4 0 9 (MODSEQ 77)"
        )
        assert heard.rest == b"UID 3:* SINCE 01-Mar-2026"

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert list(await session.uids_since(DAY, above=2)) == [3, 4, 9]


async def test_a_range_to_the_end_that_brings_an_older_mail_brings_nothing(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer("UID SEARCH", b"* SEARCH 3")

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert list(await session.uids_since(DAY, above=3)) == []


async def test_a_server_that_does_not_search_is_searched_from_the_end(tmp_path: Path) -> None:
    def window(first: int, last: int) -> list[bytes]:
        return [
            b'* %d FETCH (UID %d INTERNALDATE "%02d-Mar-2026 01:00:00 +0800")'
            % (number, number * 10, 1 + number % 9)
            for number in range(first, last + 1)
        ]

    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer("UID SEARCH", end=b"NO search is switched off")
        await peer.answer("EXAMINE", *standing(500))
        for first, last in ((301, 500), (101, 300), (1, 100)):
            heard = await peer.answer("FETCH", *window(first, last))
            assert heard.rest == b"%d:%d (UID INTERNALDATE)" % (first, last)

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        found = list(await session.uids_since(dt.date(2026, 3, 5), above=500))
    # The 4th by UTC may be the 5th by the server's own calendar; 01:00 +0800 is the evening before.
    assert found == [number * 10 for number in range(51, 501) if number % 9 >= 4]


async def test_thousands_of_lines_in_one_piece_neither_overflow_nor_hang(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()
        heard = await peer.hear("LIST")
        lines = [b'* LIST () "/" "folder %d"' % number for number in range(5000)]
        await peer.say(*lines, heard.tag + b" OK done")

    patient = ImapServer(patience=IMPATIENT)
    async with scripted_imap(tmp_path, script) as server, patient.connect(server.account) as session:
        assert len(await session.folders()) == 5000


async def test_ranges_of_a_search_count_only_when_they_add_up(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder(able=b"IMAP4rev1 ESEARCH")
        heard = await peer.answer("UID SEARCH", b'* ESEARCH (TAG "x") UID COUNT 5 ALL 9:7,3,1')
        assert heard.rest == b"RETURN (COUNT ALL) ALL"
        heard = await peer.answer("UID SEARCH", b"* ESEARCH UID COUNT 0")
        assert heard.rest == b"RETURN (COUNT ALL) UID 10:*"
        await peer.answer("UID SEARCH", b'* ESEARCH (TAG "x") UID COUNT 2 ALL 1:9')
        heard = await peer.answer("UID SEARCH", b"* SEARCH 1 9")
        assert heard.rest == b"ALL"
        await peer.answer("UID SEARCH", end=b"BAD what is RETURN?")
        await peer.answer("UID SEARCH", b"* SEARCH 5")

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert await session.uids() == UidSet([1, 3, 7, 8, 9])
        assert await session.uids(above=9) == UidSet()
        assert await session.uids() == UidSet([1, 9])
        assert await session.uids() == UidSet([5])


async def test_all_uids_of_a_server_that_does_not_search_are_read_from_the_end(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer("UID SEARCH", end=b"NO search is switched off")
        await peer.answer("EXAMINE", *standing(300))
        for first, last in ((101, 300), (1, 100)):
            heard = await peer.answer(
                "FETCH", *(b"* %d FETCH (UID %d)" % (n, n * 2) for n in range(first, last + 1))
            )
            assert heard.rest.startswith(b"%d:%d " % (first, last))

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert await session.uids() == UidSet(range(2, 601, 2))


async def test_a_passing_refusal_does_not_make_a_folder_missing(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()
        await peer.answer("EXAMINE", end=b"NO [UNAVAILABLE] server is busy")
        await peer.answer("LIST", b'* LIST () "/" "INBOX"')
        await peer.answer("EXAMINE", end=b"NO [NONEXISTENT] what?")
        await peer.answer("LIST")
        await peer.answer("EXAMINE", *standing(0))

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        with pytest.raises(MyCRMError, match="server is busy") as caught:
            await session.open(INBOX)
        assert (caught.value.code, caught.value.kind) == ("mailbox_protocol_error", Kind.UNAVAILABLE)
        with pytest.raises(MyCRMError, match="Sent") as caught:
            await session.open(SENT)
        assert (caught.value.code, caught.value.kind) == ("mailbox_folder_missing", Kind.NOT_FOUND)
        assert (await session.open(INBOX)).messages == 0


async def test_only_what_leaves_no_trace_is_ever_asked(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()
        while True:
            await peer.answer("", *standing(300), end=b"OK done")

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.folders()
        await session.status(INBOX)
        await session.open(INBOX)
        await session.uids_since(DAY)
        await session.heads([1, 2])
        await session.bodies([1, 2], limit=10)
        await session.sections(
            {1: [SectionWish(section="1", limit=20), SectionWish(section="2.MIME", limit=30)]}
        )
        await session.uids()
        await session.present([1])
    harmless = {"CAPABILITY", "LOGIN", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"}
    assert {heard.name for heard in server.heard} == harmless
    fetched = {heard.rest.partition(b" ")[2] for heard in server.heard if heard.name == "UID FETCH"}
    assert fetched == {
        b"(UID INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER])",
        b"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])",
        b"(UID BODY.PEEK[1]<0.20> BODY.PEEK[2.MIME]<0.30>)",
        b"(UID BODY.PEEK[]<0.10>)",
    }


async def test_nothing_is_read_where_no_folder_is_open(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.let_in()

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        with pytest.raises(RuntimeError, match="no folder is open"):
            await session.uids_since(DAY)


def _unsafe_without_introduction(*, able: bytes) -> Script:
    async def script(peer: Peer) -> None:
        await peer.let_in(able=able)
        introduced = False
        while True:
            heard = await peer.hear()
            introduced = introduced or heard.name == "ID"
            if heard.name == "EXAMINE" and not introduced:
                await peer.say(
                    heard.tag + b" NO EXAMINE Unsafe Login. Please contact support@example.cn for help"
                )
            else:
                await peer.say(*standing(3), heard.tag + b" OK done")

    return script
