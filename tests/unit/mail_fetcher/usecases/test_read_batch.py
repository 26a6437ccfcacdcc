"""What becomes of a batch of fetched mails."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mycrm_common.crash import CrashPoints
from mycrm_mail_fetcher.adapters.reading_here import ThreadReader
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports import RemoteFolder
from mycrm_mail_fetcher.ports.ledger import PlaceState
from mycrm_mail_fetcher.ports.looking import Reader
from mycrm_mail_fetcher.ports.reading import FetchedMail, MailReader, Outcome, Unreadable
from mycrm_mail_fetcher.usecases.fetch_window import Fetched
from mycrm_mail_fetcher.usecases.read_batch import ReadBatch, read_batch
from tests.support.fake_imap import NOON, FakeMailServer
from tests.support.memory_ledger import MemoryLedger
from tests.unit.mail_fetcher.usecases.letters import letter, rules

INBOX = RemoteFolder(name="INBOX", wire_name="INBOX", special_use="", selectable=True)


@dataclass
class Moody(ThreadReader):
    """Reads mails, but not this one."""

    refused: int
    asked: list[list[int]] = field(default_factory=list)

    async def read(self, mails: Sequence[FetchedMail], *, ours: Ours) -> list[Outcome]:
        self.asked.append([mail.head.uid for mail in mails])
        read = await super().read(mails, ours=ours)
        bad = Unreadable(code="mail_too_costly", detail="5 s")
        return [
            bad if mail.head.uid == self.refused else outcome
            for mail, outcome in zip(mails, read, strict=True)
        ]


async def take(
    server: FakeMailServer, *, mails: MailReader | None = None, in_parts: bool = False
) -> ReadBatch:
    """Fetch everything, whole or in parts, and read it."""
    async with server.connect(server.account) as session:
        await session.open(INBOX)
        heads = await session.heads(range(1, 100))
        raws = await session.bodies(range(1, 100), limit=10_000_000)
        fetched = Fetched(
            uids=tuple(raws),
            places=(),
            mails=tuple(
                FetchedMail(
                    head=head,
                    raw=b"" if in_parts else raws[head.uid],
                    sections={} if in_parts else None,
                )
                for head in heads
            ),
        )
        reader = Reader(
            session=session,
            rules=rules(),
            ledger=MemoryLedger().ports,
            mails=mails or ThreadReader(),
            crash=CrashPoints(),
        )
        return await read_batch(fetched, reader=reader)


def mailbox(*names: str) -> FakeMailServer:
    server = FakeMailServer()
    for name in names:
        server.deliver("INBOX", letter(name))
    return server


async def test_nothing_is_read_from_nothing() -> None:
    batch = await take(mailbox())
    assert (batch.places, batch.messages) == ((), ())


async def test_a_mail_that_cannot_be_read_is_held_alone_with_its_beginning() -> None:
    batch = await take(mailbox("one", "two", "three"), mails=Moody(2))
    assert [message.subject for message in batch.messages] == ["one", "three"]
    held = next(place for place in batch.places if place.uid == 2)
    assert (held.state, held.reason, held.detail) == (PlaceState.HELD, "mail_too_costly", "5 s")
    assert held.beginning == letter("two")


async def test_parts_that_make_no_mail_are_made_good_by_the_whole() -> None:
    server = mailbox("one", "two")
    batch = await take(server, in_parts=True)
    assert [message.subject for message in batch.messages] == ["one", "two"]
    assert [place.state for place in batch.places] == [PlaceState.STORED] * 2
    assert server.asked[-1] == "bodies 2"


async def test_parts_that_make_no_mail_are_held_if_the_whole_is_not_given() -> None:
    server = mailbox("one", "two")

    class Withholding(ThreadReader):
        async def read(self, mails: Sequence[FetchedMail], *, ours: Ours) -> list[Outcome]:
            server.folders["INBOX"].withheld = {2}
            return await super().read(mails, ours=ours)

    batch = await take(server, mails=Withholding(), in_parts=True)
    assert {place.uid: place.state for place in batch.places} == {1: PlaceState.STORED, 2: PlaceState.HELD}
    assert next(place.reason for place in batch.places if place.uid == 2) == "mail_withheld"


async def test_a_mail_that_is_past_its_time_when_it_comes_is_not_stored() -> None:
    server = mailbox("new")
    old = letter("old").replace(b"Subject:", b"Date: Thu, 19 Feb 2026 20:00:00 +0800\r\nSubject:")
    server.deliver("INBOX", old)
    short = replace(rules(), reserved_from=NOON - timedelta(days=5))
    async with server.connect(server.account) as session:
        await session.open(INBOX)
        heads = await session.heads([1, 2])
        raws = await session.bodies([1, 2], limit=10_000)
        reader = Reader(
            session=session,
            rules=short,
            ledger=MemoryLedger().ports,
            mails=ThreadReader(),
            crash=CrashPoints(),
        )
        mails = tuple(FetchedMail(head=head, raw=raws[head.uid]) for head in heads)
        batch = await read_batch(Fetched(uids=(1, 2), places=(), mails=mails), reader=reader)
    assert [message.subject for message in batch.messages] == ["new"]
    assert {place.uid: (place.state, place.reason) for place in batch.places} == {
        1: (PlaceState.STORED, ""),
        2: (PlaceState.IGNORED, "removed"),
    }
