"""Mail-fetcher's ledger on both databases, and its stand-in: what the use cases rely on."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.mailboxes import folders as folder_table
from mycrm_common.db.tables.messages import messages as message_table
from mycrm_common.db.tables.messages import msg_addrs
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_mail_fetcher.domain.classify import MessageType
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.domain.mail import Attachment
from mycrm_mail_fetcher.ports.ledger import (
    OUTSIDE_WINDOW,
    Exclusion,
    Ledger,
    MessageAddress,
    NewMessage,
    Place,
    PlaceState,
)
from mycrm_mail_fetcher.store import folders, locations, messages
from tests.support.clock import FakeClock
from tests.support.memory_ledger import MemoryLedger

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = FolderState(uid_validity=7, last_uid=12, low_uid=5, seen_messages=9, seen_uid_next=13)


class BrokenOffError(Exception):
    """The transaction ends here."""


def store_on(database: Database) -> Ledger:
    unit = SqlUnits(database, service="mail-fetcher", clock=FakeClock(), crash=CrashPoints())
    return Ledger(
        folders=folders, messages=messages, locations=locations, reading=database.reading, unit=unit
    )


@pytest.fixture(params=["memory", "database"])
def ledger(request: pytest.FixtureRequest, database: Database) -> Ledger:
    return MemoryLedger().ports if request.param == "memory" else store_on(database)


@pytest.fixture
def store(database: Database) -> Ledger:
    return store_on(database)


def a_message(number: int, **changed: Any) -> NewMessage:
    address = MessageAddress(role="from", address="Li@Example.com", key="li@example.com")
    message = NewMessage(
        content_key=number.to_bytes(32, "big"),
        message_id=f"{number}@example.com",
        sender="李",
        sender_address="li@example.com",
        date=NOON,
        type=MessageType.RECEIVE,
        subject=f"subject {number}",
        content="<p>𠮷 😀</p>",
        attachments=(Attachment(name="报价.pdf", content_type="application/pdf", size=3),),
        blocked_images=2,
        addresses=(address, replace(address, role="cc")),
    )
    return replace(message, **changed)


def a_place(uid: int, state: PlaceState = PlaceState.HELD, **changed: Any) -> Place:
    return replace(Place(uid=uid, internal_date=NOON, size=10, state=state), **changed)


async def settled(ledger: Ledger, uids: list[int], *, folder_id: int = 1, uid_validity: int = 7) -> set[int]:
    async with ledger.reading() as reading:
        return await ledger.locations.settled(reading, uids, folder_id=folder_id, uid_validity=uid_validity)


async def put(ledger: Ledger, *places: Place, folder_id: int = 1, uid_validity: int = 7) -> None:
    async with ledger.unit() as work:
        await ledger.locations.put(
            work, places, folder_id=folder_id, uid_validity=uid_validity, message_ids={}
        )


async def test_a_new_folder_has_not_been_looked_at(ledger: Ledger) -> None:
    async with ledger.unit() as work:
        added = await ledger.folders.add(work, "客户/欧洲", mailbox="ours")
        await ledger.folders.add(work, "客户/欧洲", mailbox="another")
    async with ledger.reading() as reading:
        known = await ledger.folders.of_mailbox(reading, "ours")
    assert known == {"客户/欧洲": added}
    assert (added.state, added.window_from, added.excluded, added.error_code) == (None, None, "", "")


async def test_a_mark_is_kept_and_ends_a_failure(ledger: Ledger) -> None:
    async with ledger.unit() as work:
        added = await ledger.folders.add(work, "INBOX", mailbox="ours")
        await ledger.folders.fail(work, added.id, code="mailbox_protocol_error", detail="x" * 2_000)
    async with ledger.reading() as reading:
        failed = (await ledger.folders.of_mailbox(reading, "ours"))["INBOX"]
    async with ledger.unit() as work:
        await ledger.folders.mark(work, added.id, STATE, window_from=NOON)
    async with ledger.reading() as reading:
        marked = (await ledger.folders.of_mailbox(reading, "ours"))["INBOX"]
    assert (failed.error_code, failed.state) == ("mailbox_protocol_error", None)
    assert (marked.error_code, marked.state, marked.window_from) == ("", STATE, NOON)
    assert marked.messages == STATE.seen_messages


async def test_a_folder_is_left_aside_and_taken_up_where_it_was(ledger: Ledger) -> None:
    async with ledger.unit() as work:
        added = await ledger.folders.add(work, "Templates", mailbox="ours")
        await ledger.folders.mark(work, added.id, STATE, window_from=NOON)
        await ledger.folders.exclude(work, added.id, Exclusion.RULE, messages=44)
    async with ledger.reading() as reading:
        aside = (await ledger.folders.of_mailbox(reading, "ours"))["Templates"]
    assert (aside.excluded, aside.messages) == (Exclusion.RULE, 44)
    assert aside.state == replace(STATE, seen_messages=44)
    async with ledger.unit() as work:
        await ledger.folders.mark(work, added.id, STATE, window_from=NOON)
    async with ledger.reading() as reading:
        assert (await ledger.folders.of_mailbox(reading, "ours"))["Templates"].excluded is Exclusion.NONE


async def test_only_messages_that_were_not_there_are_added(ledger: Ledger) -> None:
    one, two, three = a_message(1), a_message(2), a_message(3)
    async with ledger.unit() as work:
        first = await ledger.messages.add(work, [one, two, one])
    async with ledger.unit() as work:
        second = await ledger.messages.add(work, [two, three])
        assert await ledger.messages.add(work, []) == {}
        assert await ledger.messages.add(work, [one]) == {}
    assert first.keys() == {one.content_key, two.content_key}
    assert second.keys() == {three.content_key}
    async with ledger.reading() as reading:
        keys = [one.content_key, three.content_key, b"?" * 32]
        assert await ledger.messages.ids_by_key(reading, keys) == {
            one.content_key: first[one.content_key],
            three.content_key: second[three.content_key],
        }
        assert await ledger.messages.ids_by_key(reading, []) == {}


async def test_a_broken_transaction_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(BrokenOffError):
        await _broken_off(ledger)
    async with ledger.reading() as reading:
        assert await ledger.messages.ids_by_key(reading, [a_message(1).content_key]) == {}
        assert await ledger.folders.of_mailbox(reading, "ours") == {}
    assert await settled(ledger, [1]) == set()


async def _broken_off(ledger: Ledger) -> None:
    async with ledger.unit() as work:
        await ledger.folders.add(work, "INBOX", mailbox="ours")
        await ledger.messages.add(work, [a_message(1)])
        await ledger.locations.put(work, [a_place(1)], folder_id=1, uid_validity=7, message_ids={})
        raise BrokenOffError


async def test_settled_is_all_but_what_another_window_would_take(ledger: Ledger) -> None:
    await put(
        ledger,
        a_place(1),
        a_place(2, PlaceState.STORED),
        a_place(3, PlaceState.IGNORED, reason=OUTSIDE_WINDOW),
        a_place(4, PlaceState.IGNORED, reason="another rule"),
    )
    assert await settled(ledger, [1, 2, 3, 4, 5]) == {1, 2, 4}
    assert await settled(ledger, []) == set()
    assert await settled(ledger, [1, 2], folder_id=2) == set()
    assert await settled(ledger, [1, 2], uid_validity=8) == set()


async def test_a_place_can_change(ledger: Ledger) -> None:
    await put(ledger, a_place(3, PlaceState.IGNORED, reason=OUTSIDE_WINDOW))
    await put(ledger, a_place(3, PlaceState.HELD, reason="mail_unreadable", detail="x" * 2_000))
    assert await settled(ledger, [3]) == {3}


async def test_places_of_another_validity_are_forgotten_in_their_folder_alone(ledger: Ledger) -> None:
    await put(ledger, a_place(1), uid_validity=6)
    await put(ledger, a_place(1), uid_validity=7)
    await put(ledger, a_place(1), folder_id=2, uid_validity=6)
    async with ledger.unit() as work:
        await ledger.locations.forget_other_validities(work, 1, uid_validity=7)
    assert await settled(ledger, [1], uid_validity=6) == set()
    assert await settled(ledger, [1], uid_validity=7) == {1}
    assert await settled(ledger, [1], folder_id=2, uid_validity=6) == {1}


async def test_a_message_is_written_with_all_that_is_known_of_it(store: Ledger, database: Database) -> None:
    async with store.unit() as work:
        (number,) = (await store.messages.add(work, [a_message(1)])).values()
    async with database.reading() as reading:
        row = (await reading.connection.execute(select(message_table))).one()
        shown = (await reading.connection.execute(select(msg_addrs).order_by(msg_addrs.c.id))).all()
    assert (row.id, row.sender, row.type, row.content, row.date) == (
        number, "李", "receive", "<p>𠮷 😀</p>", NOON,
    )  # fmt: skip
    assert row.attachments == '[{"name": "报价.pdf", "content_type": "application/pdf", "size": 3}]'
    assert (row.blocked_images, row.message_id, row.stored_at) == (2, "1@example.com", FakeClock().now())
    assert [(one.msg_id, one.role, one.address, one.address_key, one.date) for one in shown] == [
        (number, "from", "Li@Example.com", "li@example.com", NOON),
        (number, "cc", "Li@Example.com", "li@example.com", NOON),
    ]


async def test_texts_longer_than_their_columns_are_cut(store: Ledger) -> None:
    long = "𠮷" * 2_000
    address = MessageAddress(role="to", address=long, key=long)
    message = a_message(
        1, sender=long, subject=long, message_id=long, sender_address=long, addresses=(address,), content=long
    )
    async with store.unit() as work:
        assert len(await store.messages.add(work, [message])) == 1


async def test_two_who_store_the_same_mail_add_it_once(store: Ledger, database: Database) -> None:
    """On MariaDB both transactions are open at once, and the second one meets the first one's rows."""
    added: list[int] = []

    async def one(numbers: list[int]) -> None:
        async with store.unit() as work:
            added.extend((await store.messages.add(work, [a_message(number) for number in numbers])).values())
            await asyncio.sleep(0.05)

    await asyncio.gather(one([1, 2, 3]), one([2, 3, 4]), one([3]))
    async with database.reading() as reading:
        count = (
            await reading.connection.execute(select(func.count()).select_from(message_table))
        ).scalar_one()
        addresses = (
            await reading.connection.execute(select(func.count()).select_from(msg_addrs))
        ).scalar_one()
    assert count == len(added) == 4
    assert addresses == 8


async def test_a_number_that_sqlite_gives_again_does_not_bring_old_places_back(
    store: Ledger, database: Database
) -> None:
    async with store.unit() as work:
        first = await store.folders.add(work, "INBOX", mailbox="ours")
    await put(store, a_place(1), folder_id=first.id)
    async with database.writing("mail-fetcher") as connection:
        await connection.begin()
        await connection.execute(folder_table.delete())
        await connection.commit()
    async with store.unit() as work:
        second = await store.folders.add(work, "INBOX", mailbox="ours")
    assert await settled(store, [1], folder_id=second.id) == set()


async def test_a_window_may_reach_back_ten_years(store: Ledger) -> None:
    async with store.unit() as work:
        added = await store.folders.add(work, "INBOX", mailbox="ours")
        await store.folders.mark(work, added.id, STATE, window_from=NOON - timedelta(days=3_650))
