"""Mails and folders for the tests of the use cases."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from mycrm_common.crash import CrashPoints
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Work
from mycrm_mail_fetcher.adapters.reading_here import ThreadReader
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.ledger import Counts, KnownFolder, Ledger
from mycrm_mail_fetcher.ports.looking import Reader, Rules
from mycrm_mail_fetcher.usecases.sync_folder import sync_folder
from tests.support.fake_imap import NOON, FakeMailServer
from tests.support.memory_ledger import MemoryLedger

MAILBOX = "sales@example.cn@mail.example.cn"
OURS = Ours(addresses=frozenset({"sales@example.cn"}), admin_name="")

BROKEN = MyCRMError("mailbox_connection_lost", Kind.UNAVAILABLE, "the line broke")


def letter(
    name: str, *, text: str = "hello", sender: str = "Li <li@example.com>", has_id: bool = True
) -> bytes:
    """A mail with that subject, which is its id too."""
    identifier = f"Message-ID: <{name}@example.com>\r\n" if has_id else ""
    head = f"From: {sender}\r\nTo: sales@example.cn\r\nSubject: {name}\r\n{identifier}"
    return f"{head}\r\n{text}\r\n".encode()


def fill(server: FakeMailServer, count: int, *, folder: str = "INBOX", start: int = 1) -> None:
    """Deliver so many letters, numbered."""
    for number in range(start, start + count):
        server.deliver(folder, letter(f"{number:04}"))


def dying(ledger: MemoryLedger, *, after: int) -> Ledger:
    """The ledger of a process that dies before its next transaction is true."""
    left = after + 1  # the first one notes the comparison

    @asynccontextmanager
    async def unit() -> AsyncIterator[Work]:
        nonlocal left
        async with ledger.unit() as work:
            yield work
            if left == 0:
                raise BROKEN
            left -= 1

    return replace(ledger.ports, unit=unit)


def rules(*, days: float = 10, compares: bool = False) -> Rules:
    """The rules of a look at noon."""
    return Rules(
        ours=OURS,
        window_from=NOON - timedelta(days=days),
        reserved_from=NOON - timedelta(days=365),
        compare_before=NOON + timedelta(days=1 if compares else -1),
    )


async def known_folder(ledger: MemoryLedger, name: str = "INBOX") -> KnownFolder:
    """The folder as the ledger has it, begun when it is new."""
    async with ledger.unit() as work:
        known = (await ledger.folders.of_mailbox(work, MAILBOX)).get(name)
        return known or await ledger.folders.add(work, name, mailbox=MAILBOX)


async def look_at(
    name: str,
    *,
    server: FakeMailServer,
    ledger: MemoryLedger,
    days: float = 10,
    ports: Ledger | None = None,
    compares: bool = False,
) -> Counts:
    """Look at one folder once, over a connection of its own."""
    known = await known_folder(ledger, name)
    server.asked.clear()
    counts = Counts()
    async with server.connect(server.account) as session:
        remote = next(folder for folder in await session.folders() if folder.name == name)
        reader = Reader(
            session=session,
            rules=rules(days=days, compares=compares),
            ledger=ports or ledger.ports,
            mails=ThreadReader(),
            crash=CrashPoints(),
        )
        async for took in sync_folder(remote, known, reader=reader):
            counts = counts.plus(took)
    return counts


def subjects(ledger: MemoryLedger) -> Sequence[str]:
    """The subjects of what is stored, in the order of storing."""
    return [message.subject for message in ledger.messages.rows.values()]
