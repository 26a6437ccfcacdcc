"""A mail says the same whether it is read whole or by the sections that a real server gives."""

from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.adapters.imap import ImapServer
from mycrm_mail_fetcher.adapters.reading import read_fetched
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.domain.selection import sections_wanted
from mycrm_mail_fetcher.ports import ImapSession, MailAccount
from mycrm_mail_fetcher.ports.ledger import NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, WholeWanted
from tests.support.dovecot import DovecotServer
from tests.support.mail_mutation import some_mutated
from tests.support.mailbox_maker import make_mailbox
from tests.support.odd_mails import ADMIN_NAME, ARRIVED, OWN_ADDRESS, odd_mails
from tests.support.odd_mails.odd_mail import letter, part, several

pytestmark = pytest.mark.servers("dovecot")

OURS = Ours(addresses=frozenset({OWN_ADDRESS}), admin_name=ADMIN_NAME)
LONGEST = 10 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Mail:
    raw_bytes: bytes
    internal_date: datetime
    name: str
    folder: str = "INBOX"


@dataclass(frozen=True, kw_only=True)
class BothWays:
    name: str
    whole: Outcome
    by_parts: Outcome
    wished: bool


async def both_ways(server: DovecotServer, mails: Sequence[Mail]) -> list[BothWays]:
    """Each mail as it is read whole, and as it is read by its parts."""
    await server.deliver_all(mails)
    account = MailAccount(
        host=server.host, port=server.port, username=server.username, password=server.password,
        ca_file=server.ca_file,
    )  # fmt: skip
    async with ImapServer().connect(account) as session:
        await session.open(next(folder for folder in await session.folders() if folder.name == "INBOX"))
        uids = list(range(1, len(mails) + 1))
        return [
            result
            for start in range(0, len(uids), 200)
            for result in await _window(session, uids[start : start + 200], mails[start : start + 200])
        ]


async def _window(session: ImapSession, uids: Sequence[int], mails: Sequence[Mail]) -> list[BothWays]:
    heads = await session.heads(uids)
    bodies = await session.bodies(uids, limit=LONGEST)
    wishes = {
        head.uid: sections_wanted(head.structure, head.header) if head.structure else None for head in heads
    }
    asked = {uid: wished for uid, wished in wishes.items() if wished}
    sections = await session.sections(asked)
    return [
        BothWays(
            name=mail.name,
            whole=_read(FetchedMail(head=replace(head, header=b"", structure=None), raw=bodies[head.uid])),
            by_parts=_read(FetchedMail(head=head, sections=sections.get(head.uid, {}))),
            wished=wishes[head.uid] is not None,
        )
        for head, mail in zip(heads, mails, strict=True)
    ]


def _read(mail: FetchedMail) -> Outcome:
    return read_fetched(mail, ours=OURS, sanitise=sanitise)


def without_sizes(message: NewMessage) -> NewMessage:
    """The message, but for what is only estimated by parts."""
    return replace(message, attachments=tuple(replace(file, size=0) for file in message.attachments))


def differences(results: Sequence[BothWays]) -> list[str]:
    """What is read by parts and not as it is read whole."""
    return [
        f"{result.name}: {result.by_parts} instead of {result.whole}"
        for result in results
        if isinstance(result.by_parts, NewMessage)
        and not (
            isinstance(result.whole, NewMessage)
            and without_sizes(result.by_parts) == without_sizes(result.whole)
        )
    ]


def estimates(results: Sequence[BothWays]) -> list[tuple[int, int]]:
    """The sizes of attachments as they are estimated by parts, and as they are."""
    return [
        (estimated.size, file.size)
        for result in results
        if isinstance(result.by_parts, NewMessage) and isinstance(result.whole, NewMessage)
        for estimated, file in zip(result.by_parts.attachments, result.whole.attachments, strict=True)
    ]


async def test_ordinary_mail_is_read_by_parts_and_says_the_same(dovecot_server: DovecotServer) -> None:
    mails = [
        Mail(raw_bytes=made.raw_bytes, internal_date=made.internal_date, name=f"{made.kind}: {made.subject}")
        for made in make_mailbox(400)
    ]
    results = await both_ways(dovecot_server, mails)
    assert differences(results) == []
    assert [result.name for result in results if not isinstance(result.by_parts, NewMessage)] == []
    assert all(abs(estimated - size) <= 4 for estimated, size in estimates(results))


async def test_long_mail_says_the_same(dovecot_server: DovecotServer) -> None:
    line = "字" * 40 + "\n"
    long = line * 30_000
    file = part(
        "application/zip; name=a.zip", encodebytes(b"z" * 2_000_000), "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment",
    )  # fmt: skip
    mails = [
        letter("a long text", "Content-Type: text/plain; charset=utf-8", body=long),
        letter("a long page", "Content-Type: text/html; charset=utf-8", body=f"<p>{long}</p>"),
        letter(
            "a long text in base64", "Content-Type: text/plain; charset=gbk", "Content-Transfer-Encoding: base64",
            body=encodebytes(long.encode("gbk")),
        ),
        letter(
            "a text beside a long file", "Content-Type: multipart/mixed; boundary=b1",
            body=several(part("text/plain; charset=utf-8", line), file),
        ),
    ]  # fmt: skip
    results = await both_ways(
        dovecot_server,
        [Mail(raw_bytes=raw, internal_date=ARRIVED, name=str(at)) for at, raw in enumerate(mails)],
    )
    assert differences(results) == []
    assert [result.name for result in results if not isinstance(result.by_parts, NewMessage)] == []
    ((estimated, size),) = estimates(results)
    assert abs(estimated - size) < 10


async def test_damaged_mail_says_the_same_by_parts_or_is_wanted_whole(
    dovecot_server: DovecotServer,
) -> None:
    raws = [odd.raw_bytes for group in odd_mails().values() for odd in group if len(odd.raw_bytes) < 20_000]
    # Dovecot puts another letter in place of null characters, and takes no mail without bytes.
    damaged = [raw for raw in some_mutated(raws, seed=1, count=1000) if raw.strip() and b"\0" not in raw]
    results = await both_ways(
        dovecot_server,
        [Mail(raw_bytes=raw, internal_date=ARRIVED, name=str(at)) for at, raw in enumerate(damaged)],
    )
    # Where header and text cannot be told apart any more, the server may draw the line elsewhere than we do.
    assert len(differences(results)) <= len(results) / 100


async def test_odd_mail_says_the_same_by_parts_or_is_wanted_whole(dovecot_server: DovecotServer) -> None:
    mails = [
        Mail(raw_bytes=odd.raw_bytes, internal_date=ARRIVED, name=odd.cause)
        for group in odd_mails().values()
        for odd in group
    ]
    results = await both_ways(dovecot_server, mails)
    assert differences(results) == []
    # Reading all of an odd mail is always right; but it is no way to read most of them.
    by_parts = [result for result in results if isinstance(result.by_parts, NewMessage)]
    assert len(by_parts) > len(results) * 0.8
    assert {type(result.by_parts) for result in results} <= {NewMessage, WholeWanted}
