"""All odd mails on a real server, through the whole service: what stands in the database is what they mean."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from sqlalchemy import Row, func, select

from mycrm_common.db.tables.events import outbox
from mycrm_common.db.tables.mailboxes import locations
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.events.addresses import AddressBounced, AddressReplied
from mycrm_mail_fetcher.domain.plain import text_of
from tests.component.mail_fetcher_service import MailFetcher, mail_fetcher
from tests.support.dovecot import DovecotServer
from tests.support.odd_mails import ADMIN_NAME, OddMail, odd_mails
from tests.support.public_events import unfit

pytestmark = pytest.mark.servers("dovecot")

Told = tuple[object, ...]


@pytest.fixture
async def fetcher(tmp_path: Path, dovecot_server: DovecotServer) -> AsyncIterator[MailFetcher]:
    """The service, told of a mailbox that it reads as far back as it may."""
    async with mail_fetcher(
        tmp_path, mailbox_ca_file=dovecot_server.ca_file, mailbox_admin=ADMIN_NAME
    ) as built:
        await built.connect(dovecot_server, monitor_mail_days=3650, mail_reserved_days=3650)
        yield built


def delivered() -> list[OddMail]:
    """The odd mails that a server can hold; Dovecot puts another letter in place of null characters."""
    return [odd for group in odd_mails().values() for odd in group if b"\0" not in odd.raw_bytes]


def distinct(mails: Iterable[OddMail]) -> list[OddMail]:
    """Each mail once, however many copies there are."""
    return list({odd.twin or odd.cause: odd for odd in mails if not odd.is_held}.values())


def meant(odd: OddMail) -> Told:
    return (
        odd.subject, odd.sender, odd.date, odd.type, odd.mark, odd.text, odd.attachments, odd.blocked_images,
        odd.addresses,
    )  # fmt: skip


async def stored(fetcher: MailFetcher) -> list[Told]:
    """What the database says of each message, in the same words."""
    addresses: dict[int, set[str]] = {}
    for row in await fetcher.rows(select(msg_addrs)):
        addresses.setdefault(row.msg_id, set()).add(f"{row.role} {row.address_key}")
    return [_said(row, addresses.get(row.id, set())) for row in await fetcher.rows(select(messages))]


def _said(row: Row[tuple[object, ...]], addresses: set[str]) -> Told:
    files = tuple(file["name"] for file in json.loads(row.attachments))
    text = " ".join(text_of(row.content).split())
    return (
        row.subject, row.sender, row.date, row.type, row.mark, text, files, row.blocked_images,
        frozenset(addresses),
    )  # fmt: skip


async def test_every_odd_mail_is_stored_as_it_was_meant(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    mails = delivered()
    await dovecot_server.deliver_all(mails)
    await fetcher.look()
    read, right = Counter(await stored(fetcher)), Counter(map(meant, distinct(mails)))
    assert list((read - right).elements()) == []
    assert list((right - read).elements()) == []


async def test_every_odd_mail_has_its_place_and_its_evidence(
    fetcher: MailFetcher, dovecot_server: DovecotServer
) -> None:
    mails = delivered()
    await dovecot_server.deliver_all(mails)
    await fetcher.look()
    ((held,),) = await fetcher.rows(
        select(func.count()).select_from(locations).where(locations.c.state == "held")
    )
    ((places,),) = await fetcher.rows(select(func.count()).select_from(locations))
    assert (held, places) == (sum(odd.is_held for odd in mails), len(mails))
    told = await fetcher.told(AddressBounced, AddressReplied)
    bounced = Counter(event.email for event in told if isinstance(event, AddressBounced))
    replied = Counter(event.email for event in told if isinstance(event, AddressReplied))
    assert bounced == Counter(email for odd in distinct(mails) for email in odd.bounced)
    assert replied.total() == sum(odd.is_answer for odd in distinct(mails))
    assert unfit(row.body for row in await fetcher.rows(select(outbox.c.body))) == []
