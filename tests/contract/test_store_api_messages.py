"""Messages on both databases: whose they are, in which order, and how many."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from mycrm_api.domain.messages import Attachment, Message, MessageFilter, MessageList
from mycrm_api.store import address_changes, messages
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.messages import messages as table
from mycrm_common.events.customers import CustomerUpdated
from tests.contract.api_office import OURS, Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _list(office: Office, chosen: MessageFilter, *, limit: int = 50) -> list[Message]:
    """Return all pages put together, after the way back has given the same."""
    forwards: list[Message] = []
    cursors: list[str | None] = [None]
    async with office.reading() as look:
        while True:
            page = await messages.page(look, MessageList(filter=chosen, cursor=cursors[-1], limit=limit))
            forwards += page.items
            assert page.total == await messages.count(look, chosen)
            if page.next_cursor is None:
                break
            cursors.append(page.next_cursor)
        backwards: list[Message] = list(page.items)
        while page.previous_cursor is not None:
            wanted = MessageList(filter=chosen, cursor=page.previous_cursor, limit=limit)
            page = await messages.page(look, wanted)
            backwards = [*page.items, *backwards]
    assert backwards == forwards
    return forwards


async def _of_customer(office: Office, customer_id: int, email: str) -> list[int]:
    async with office.reading() as look:
        keys = await address_changes.keys_in_use(look, customer_id, email_key=email)
    return [message.id for message in await _list(office, MessageFilter(keys=keys))]


async def test_a_message_is_told_with_all_that_is_kept_of_it(office: Office) -> None:
    event = await office.store_mail(DAY, to=["A@example.com"], cc=["b@example.com", "A@example.com"])
    file = {"name": "报价.pdf", "content_type": "application/pdf", "size": 12}
    async with office.mail() as work:
        values = {"attachments": json.dumps([file]), "blocked_images": 2}
        await work.connection.execute(update(table).where(table.c.id == event.message_id).values(**values))

    async with office.reading() as look:
        message = await messages.by_id(look, event.message_id)
        nothing = await messages.by_id(look, event.message_id + 1)

    assert message == Message(
        id=event.message_id,
        sender=OURS,
        date=DAY,
        type="sendto",
        subject="Subject",
        content="<p>Hello</p>",
        addresses=(OURS, "A@example.com", "b@example.com"),
        blocked_images=2,
        attachments=(Attachment(**file),),  # type: ignore[arg-type]  # the file's values are of two types
    )
    assert nothing is None


async def test_a_message_with_several_roles_for_one_address_shows_once(office: Office) -> None:
    event = await office.store_mail(DAY, to=["a@example.com"], cc=["a@example.com"], bcc=["A@example.com"])

    found = await _list(office, MessageFilter(keys=["a@example.com"]))

    assert [message.id for message in found] == [event.message_id]


async def test_a_type_narrows_an_address_and_stands_alone(office: Office) -> None:
    sent = await office.store_mail(DAY, to=["a@example.com"])
    notice = await office.store_mail(
        DAY, kind="system", sender="postmaster@example.com", to=["a@example.com"]
    )
    other = await office.store_mail(DAY, kind="system", sender="postmaster@example.com", to=["b@example.com"])

    at_address = await _list(office, MessageFilter(keys=["a@example.com"], type="system"))
    anywhere = await _list(office, MessageFilter(type="system"))
    every = await _list(office, MessageFilter())

    assert [message.id for message in at_address] == [notice.message_id]
    assert [message.id for message in anywhere] == [other.message_id, notice.message_id]
    assert {message.id for message in every} == {sent.message_id, notice.message_id, other.message_id}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_pages_of_several_addresses_are_one_list_newest_first(office: Office, limit: int) -> None:
    chance = random.Random(limit)
    people = [f"p{number}@example.com" for number in range(4)]
    stored = []
    for _ in range(14):
        # Few moments, so that many messages share one and their ids decide.
        date = DAY + timedelta(hours=chance.randrange(4))
        to = chance.sample(people, chance.randrange(1, 4))
        event = await office.store_mail(date, to=to, kind=chance.choice(["sendto", "receive"]))
        stored.append((date, event.message_id, event.type, to))

    for keys in (people[:1], people[:2], people, ["nobody@example.com"], []):
        for kind in (None, "sendto"):
            found = await _list(office, MessageFilter(keys=keys, type=kind), limit=limit)

            right = [
                (date, number)
                for date, number, its_kind, to in stored
                if set(to) & set(keys) and kind in {None, its_kind}
            ]
            assert [(message.date, message.id) for message in found] == sorted(right, reverse=True)


async def test_mail_is_read_by_both_addresses_until_it_is_moved_and_by_one_then(office: Office) -> None:
    customer = await office.add("old@example.com")
    old = await office.store_mail(DAY, to=["old@example.com"])
    new = await office.store_mail(DAY + timedelta(days=1), to=["new@example.com"])
    both = await office.store_mail(DAY + timedelta(days=2), to=["old@example.com", "new@example.com"])
    await office.edit(customer.id, email="new@example.com")
    change = (await office.told())[-1]
    assert isinstance(change, CustomerUpdated)
    everything = [both.message_id, new.message_id, old.message_id]

    before = await _of_customer(office, customer.id, "new@example.com")
    await office.move_mail(change)
    after = await _of_customer(office, customer.id, "new@example.com")
    later = await office.store_mail(DAY + timedelta(days=3), to=["old@example.com"])

    assert before == after == everything
    assert later.message_id not in await _of_customer(office, customer.id, "new@example.com")


async def test_mail_follows_through_several_changes_in_whatever_order_they_are_carried_out(
    office: Office,
) -> None:
    customer = await office.add("one@example.com")
    mails = [
        await office.store_mail(DAY + timedelta(days=number), to=[f"{name}@example.com"])
        for number, name in enumerate(("one", "two", "three"))
    ]
    for name in ("two", "three"):
        await office.edit(customer.id, email=f"{name}@example.com")
    everything = [mail.message_id for mail in reversed(mails)]
    changes = [event for event in await office.told() if isinstance(event, CustomerUpdated)]

    assert await _of_customer(office, customer.id, "three@example.com") == everything
    for change in reversed(changes):
        await office.move_mail(change)
        assert await _of_customer(office, customer.id, "three@example.com") == everything
