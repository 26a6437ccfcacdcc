"""What a server says of a mail's structure, and the parts it gives: real adapter, real server, and their stand-in."""

from datetime import UTC, datetime

import pytest

from mycrm_mail_fetcher.domain.structure import SectionWish, Structure
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from tests.contract.imap_rigs import Rig, connect, folder, make_rig
from tests.support.dovecot import DovecotServer

pytestmark = pytest.mark.servers("dovecot")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = 10_000


def lines(*written: str) -> bytes:
    return "".join(f"{line}\r\n" for line in written).encode()


PLAIN = lines("Subject: plain", "", "hello", "again")
HTML = lines(
    "Subject: typed",
    'Content-Type: text/html; charset="gb2312"; name="a (b.html"',
    "Content-Transfer-Encoding: BASE64",
    "Content-ID: <one@example.com>",
    "",
    "PGI+aGVsbG88L2I+",
)
ALTERNATIVE = lines(
    'Content-Type: multipart/alternative; boundary="in"',
    "",
    "--in",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "plain text",
    "--in",
    "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "<b>rich</b>",
    "--in--",
    "",
)
MIXED = (
    lines("Subject: mixed", 'Content-Type: multipart/mixed; boundary="out"', "", "a preamble", "--out")
    + ALTERNATIVE
    + lines(
        "--out",
        "Content-Type: application/pdf",
        'Content-Disposition: attachment; filename="a \\"quoted\\" (name.pdf"',
        "Content-Transfer-Encoding: base64",
        "",
        "AAAA",
        "--out--",
    )
)
FORWARDED = (
    lines("Subject: forwarded", 'Content-Type: multipart/mixed; boundary="top"', "")
    + lines("--top", "Content-Type: text/plain", "", "see below")
    + (lines("--top", "Content-Type: message/rfc822", "") + MIXED)
    + (lines("--top", "Content-Type: message/rfc822", "") + HTML)
    + lines("--top--")
)


@pytest.fixture(params=["fake", "dovecot"])
def rig(request: pytest.FixtureRequest, dovecot_server: DovecotServer) -> Rig:
    return make_rig(request.param, dovecot_server)


async def structure_of(rig: Rig, raw: bytes) -> Structure:
    uid = await rig.deliver("INBOX", raw, internal_date=NOON)
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        (head,) = await session.heads([uid])
    assert head.structure is not None
    return head.structure


async def sections_of(rig: Rig, raw: bytes, *names: str, limit: int = LIMIT) -> dict[str, bytes]:
    uid = await rig.deliver("INBOX", raw, internal_date=NOON)
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        found = await session.sections({uid: [SectionWish(section=name, limit=limit) for name in names]})
    return dict(found.get(uid, {}))


async def test_a_mail_without_parts_is_part_one(rig: Rig) -> None:
    structure = await structure_of(rig, HTML)
    assert structure == Structure(
        section="1",
        content_type="text/html",
        type_parameters=((b"charset", b"gb2312"), (b"name", b"a (b.html")),
        content_id=b"<one@example.com>",
        encoding="base64",
        size=18,
    )


async def test_a_mail_that_says_nothing_of_itself_is_plain_text(rig: Rig) -> None:
    structure = await structure_of(rig, PLAIN)
    described = (structure.section, structure.content_type, structure.encoding, structure.size)
    assert described == ("1", "text/plain", "7bit", 14)


async def test_parts_are_numbered_and_attachments_named(rig: Rig) -> None:
    structure = await structure_of(rig, MIXED)
    assert [(part.section, part.content_type, part.size) for part in structure.walk()] == [
        ("", "multipart/mixed", 0),
        ("1", "multipart/alternative", 0),
        ("1.1", "text/plain", 10),
        ("1.2", "text/html", 11),
        ("2", "application/pdf", 4),
    ]
    attached = structure.children[1]
    assert attached.disposition == "attachment"
    assert attached.disposition_parameters == ((b"filename", b'a "quoted" (name.pdf'),)


async def test_mails_inside_a_mail_have_parts_of_their_own(rig: Rig) -> None:
    structure = await structure_of(rig, FORWARDED)
    assert [(part.section, part.content_type) for part in structure.walk()] == [
        ("", "multipart/mixed"),
        ("1", "text/plain"),
        ("2", "message/rfc822"),
        ("2.TEXT", "multipart/mixed"),
        ("2.1", "multipart/alternative"),
        ("2.1.1", "text/plain"),
        ("2.1.2", "text/html"),
        ("2.2", "application/pdf"),
        ("3", "message/rfc822"),
        ("3.1", "text/html"),
    ]


async def test_sections_come_by_their_numbers(rig: Rig) -> None:
    names = [
        "1",
        "2.HEADER",
        "2.1.1",
        "2.1.2",
        "2.1.2.MIME",
        "2.TEXT",
        "3.1",
        "3.HEADER",
        "HEADER",
        "9",
        "2.9",
    ]
    found = await sections_of(rig, FORWARDED, *names)
    header, _, _ = HTML.rpartition(b"PGI+")
    assert found["1"] == b"see below"
    assert found["2.1.1"] == b"plain text"
    assert found["2.1.2"] == b"<b>rich</b>"
    assert found["2.1.2.MIME"].startswith(b"Content-Type: text/html; charset=utf-8\r\n")
    assert found["2.HEADER"] == MIXED.partition(b"a preamble")[0]
    assert MIXED.startswith(found["2.HEADER"] + found["2.TEXT"])
    assert (found["3.HEADER"], found["3.1"]) == (header, b"PGI+aGVsbG88L2I+")
    assert found["HEADER"] == FORWARDED.partition(b"--top")[0]
    assert not found.get("9")
    assert not found.get("2.9")


async def test_a_section_is_cut_at_its_own_limit(rig: Rig) -> None:
    uids = [await rig.deliver("INBOX", MIXED, internal_date=NOON) for _ in range(3)]
    wishes = {
        uid: [SectionWish(section="1.1", limit=limit), SectionWish(section="1.2", limit=5)]
        for uid, limit in zip(uids, (1, 8, 800), strict=True)
    }
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        found = await session.sections(wishes | {uids[-1] + 7: wishes[uids[0]]})
    assert found == {
        uid: {"1.1": text, "1.2": b"<b>ri"}
        for uid, text in zip(uids, (b"p", b"plain te", b"plain text"), strict=True)
    }


async def test_mails_with_different_wishes_each_get_their_own(rig: Rig) -> None:
    raws = [PLAIN, MIXED, FORWARDED, HTML] * 20
    uids = [await rig.deliver("INBOX", raw, internal_date=NOON) for raw in raws]
    names = {PLAIN: ["1"], MIXED: ["1.1", "2"], FORWARDED: ["2.1.2"], HTML: ["1"]}
    texts = {
        PLAIN: {"1": b"hello\r\nagain\r\n"},
        MIXED: {"1.1": b"plain text", "2": b"AAAA"},
        FORWARDED: {"2.1.2": b"<b>rich</b>"},
        HTML: {"1": b"PGI+aGVsbG88L2I+\r\n"},
    }
    wishes = {
        uid: [SectionWish(section=name, limit=LIMIT) for name in names[raw]]
        for uid, raw in zip(uids, raws, strict=True)
    }
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        assert await session.sections(wishes) == {
            uid: texts[raw] for uid, raw in zip(uids, raws, strict=True)
        }
        assert await session.sections({uids[0]: []}) == {}


async def test_all_uids_and_those_above_one(rig: Rig) -> None:
    uids = [await rig.deliver("INBOX", PLAIN, internal_date=NOON) for _ in range(6)]
    for gone in (uids[1], uids[4]):
        await rig.expunge("INBOX", gone)
    left = [uid for uid in uids if uid not in (uids[1], uids[4])]
    async with connect(rig) as session:
        await session.open(await folder(session, "INBOX"))
        assert await session.uids() == UidSet(left)
        assert await session.uids(above=left[1]) == UidSet(left[2:])
        assert await session.uids(above=uids[-1]) == UidSet()
