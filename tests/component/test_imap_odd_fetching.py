"""Fetching from servers with odd manners: every mail that is given is taken, and none wrongly."""

import datetime as dt
from pathlib import Path

import pytest

from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.domain.structure import SectionWish
from tests.support.imap_answers import INBOX, described_head, head
from tests.support.scripted_imap import Peer, scripted_imap


async def test_odd_dates_blanks_and_names_of_items_are_understood(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer(
            "UID FETCH",
            head(1, date=b"1-Mar-2026 08:00:00 +0800"),
            b'* 2 fetch (uid 2 internaldate " 1-Mar-2026 00:00:00 +0000" rfc822.size 9 body[header]<0> "Subject: x" )',
            b'* 3 FETCH (FLAGS (\\Seen $a(b) UID 3 RFC822.SIZE 9 BODY[HEADER] "" INTERNALDATE "01-Mar-2026 00:00:00")',
        )

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        heads = await session.heads([1, 2])
    assert [head.internal_date for head in heads] == [dt.datetime(2026, 3, 1, tzinfo=dt.UTC)] * 2
    assert heads[1].header == b"Subject: x"


async def test_a_server_that_hates_descending_sets_sees_only_ascending_ones(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.hear("UID FETCH")
        asked = [int(part.split(b":")[0]) for part in heard.rest.split()[0].split(b",")]
        refused = asked != sorted(asked)
        await peer.say(head(9), head(4), heard.tag + (b" BAD UID parameters!" if refused else b" OK done"))

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert [head.uid for head in await session.heads([9, 4])] == [4, 9]


async def test_mails_missing_in_a_batch_are_asked_for_singly_and_not_for_ever(tmp_path: Path) -> None:
    half = b"* 2 FETCH (UID 2 RFC822.SIZE 90 BODY[HEADER] NIL)"

    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer("UID FETCH", head(1), half)
        rounds: list[dict[int, tuple[tuple[bytes, ...], bytes]]] = [
            {
                2: ((half,), b"OK done"),
                3: ((), b"NO [SERVERBUG] try again"),
                4: ((), b"OK not there any more"),
            },
            {2: ((half,), b"OK done"), 3: ((head(3),), b"OK done")},
            {2: ((half,), b"OK done")},
        ]
        for singles in rounds:
            for uid, (answers, end) in singles.items():
                heard = await peer.answer("UID FETCH", *answers, end=end)
                assert heard.rest.startswith(b"%d " % uid)

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert [head.uid for head in await session.heads([1, 2, 3, 4])] == [1, 3]


async def test_a_body_longer_than_asked_for_is_cut_and_the_next_one_is_whole(tmp_path: Path) -> None:
    monster = b"x" * 3_000_000

    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer(
            "UID FETCH",
            b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)" % (len(monster), monster),
            b'* 2 FETCH (BODY[] "short" UID 2)',
        )

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert await session.bodies([1, 2], limit=1000) == {1: monster[:1000], 2: b"short"}


async def test_answers_in_single_bytes_are_the_same_answers(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.hear("UID FETCH")
        for byte in head(1) + b"\r\n" + head(2) + b"\r\n" + heard.tag + b" OK done\r\n":
            await peer.raw(bytes([byte]))

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert [head.header for head in await session.heads([1, 2])] == [b"Subject: hello\r\n\r\n"] * 2


async def test_brackets_without_end_spoil_no_other_mail(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer(
            "UID FETCH",
            head(1),
            b'* 2 FETCH (UID 2 BODYSTRUCTURE ("a (b" ' + b"(" * 200_000,
            head(3),
            b"* 4 FETCH (UID 4 RFC822.SIZE 90)))))",
            head(5),
        )
        await peer.answer("UID FETCH", head(2))
        await peer.answer("UID FETCH", head(4))

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert [head.uid for head in await session.heads(range(1, 6))] == [1, 2, 3, 4, 5]


async def test_a_server_that_knows_no_structures_is_asked_once_and_gives_heads(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.answer("UID FETCH", end=b"BAD what is BODYSTRUCTURE?")
        assert b"BODYSTRUCTURE" in heard.rest
        for _ in range(2):
            heard = await peer.answer("UID FETCH", head(1), head(2))
            assert b"BODYSTRUCTURE" not in heard.rest

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        for _ in range(2):
            assert [(head.uid, head.structure) for head in await session.heads([1, 2])] == [
                (1, None),
                (2, None),
            ]


async def test_a_mail_that_a_server_cannot_describe_costs_the_others_nothing(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        # Exchange gives up a batch at the first mail that it cannot describe.
        await peer.answer("UID FETCH", *(described_head(uid) for uid in range(1, 15)), end=b"NO server error")
        sets = {
            b"15:24": ([], b"NO server error"),
            b"25:30": ([described_head(uid) for uid in range(25, 31)], b"OK done"),
        }
        for asked, (lines, end) in sets.items():
            heard = await peer.answer("UID FETCH", *lines, end=end)
            assert heard.rest.startswith(asked + b" (UID INTERNALDATE RFC822.SIZE BODYSTRUCTURE ")
        heard = await peer.answer("UID FETCH", *(head(uid) for uid in range(15, 25)))
        assert heard.rest == b"15:24 (UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        heads = await session.heads(range(1, 31))
    assert [head.uid for head in heads if head.structure is None] == list(range(15, 25))
    assert [head.uid for head in heads] == list(range(1, 31))


async def test_a_structure_that_is_left_away_or_broken_costs_no_head(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer(
            "UID FETCH",
            head(1),
            head(2)[:-1] + b' BODYSTRUCTURE (("text" "plain" NIL',
            described_head(3),
            head(4)[:-1] + b" BODYSTRUCTURE NIL)",
        )

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        heads = await session.heads([1, 2, 3, 4])
    assert [head.structure is not None for head in heads] == [False, False, True, False]


async def test_answers_are_told_apart_by_what_they_say_and_not_by_their_order(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        # As Dovecot does: all of the second batch comes before the end of the first one.
        first, second = await peer.hear("UID FETCH"), await peer.hear("UID FETCH")
        await peer.say(
            *(described_head(uid) for uid in (*range(101, 151), *range(2, 101))),
            b"* 900 FETCH (UID 900 RFC822.SIZE 9)",
            b"* 1 FETCH (FLAGS (\\Seen))",
            described_head(1),
            first.tag + b" OK done",
            second.tag + b" OK done",
        )

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        heads = await session.heads(range(1, 151))
    assert [head.uid for head in heads if head.structure] == list(range(1, 151))


async def test_a_refused_batch_of_sections_is_asked_for_singly_once(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        heard = await peer.answer("UID FETCH", b'* 1 FETCH (UID 1 BODY[1]<0> "one")', end=b"NO not all")
        assert heard.rest == b"1:4 (UID BODY.PEEK[1]<0.50>)"
        await peer.answer("UID FETCH", end=b"NO not at all")
        await peer.answer("UID FETCH", b"* 3 FETCH (UID 3 BODY[1]<0> NIL)")
        await peer.answer("UID FETCH", b'* 4 FETCH (UID 4 BODY[1] "four and more" BODY[2] "unasked")')

    wish = [SectionWish(section="1", limit=50)]
    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        found = await session.sections(dict.fromkeys((1, 2, 3, 4), wish))
    assert found == {1: {"1": b"one"}, 4: {"1": b"four and more"}}


async def test_a_refused_question_for_sections_is_not_repeated(tmp_path: Path) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()
        await peer.answer("UID FETCH", end=b"BAD no such section")

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        assert await session.sections({1: [SectionWish(section="7.MIME", limit=50)]}) == {}


@pytest.mark.parametrize(
    "section", ["1 BODY[2]", "0", "1..2", "1.MIME.2", "x", "1]\r\nA1 LOGOUT", "1.HEADER.FIELDS"]
)
async def test_no_section_can_become_another_command(tmp_path: Path, section: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.open_folder()

    async with scripted_imap(tmp_path, script) as server, ImapServer().connect(server.account) as session:
        await session.open(INBOX)
        with pytest.raises(ValueError, match="cannot be fetched"):
            await session.sections({1: [SectionWish(section=section, limit=50)]})
