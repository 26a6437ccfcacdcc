"""Mail-fetcher's ledger on both databases, and its stand-in: what the use cases rely on."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.mailboxes import folders as folder_table
from mycrm_common.db.tables.mailboxes import held_mails, uid_runs
from mycrm_common.db.tables.messages import messages as message_table
from mycrm_common.db.tables.messages import msg_addrs
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_mail_fetcher.domain.accounts import Named, Rule
from mycrm_mail_fetcher.domain.classify import MessageType
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.domain.mail import Attachment
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.ledger import (
    Exclusion,
    FolderKey,
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


FOLDER = FolderKey(folder_id=1, uid_validity=7)


async def named(ledger: Ledger, folder: FolderKey = FOLDER) -> Named:
    async with ledger.reading() as reading:
        return await ledger.locations.named(reading, folder)


async def put(ledger: Ledger, *places: Place, folder: FolderKey = FOLDER) -> None:
    async with ledger.unit() as work:
        await ledger.locations.put(work, places, folder=folder, message_ids={})


async def ignore(ledger: Ledger, uids: UidSet, rule: Rule = Rule.OUTSIDE_WINDOW) -> None:
    async with ledger.unit() as work:
        await ledger.locations.ignore(work, uids, folder=FOLDER, rule=rule)


async def store_one(ledger: Ledger, number: int, *, uid: int, **changed: Any) -> None:
    """Store a message and the place where it lies."""
    message = a_message(number, **changed)
    place = a_place(uid, PlaceState.STORED, content_key=message.content_key)
    async with ledger.unit() as work:
        ids = await ledger.messages.add(work, [message])
        await ledger.locations.put(work, [place], folder=FOLDER, message_ids=ids)


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
    assert not (await named(ledger)).all


async def _broken_off(ledger: Ledger) -> None:
    async with ledger.unit() as work:
        await ledger.folders.add(work, "INBOX", mailbox="ours")
        await ledger.messages.add(work, [a_message(1)])
        await ledger.locations.put(work, [a_place(1)], folder=FOLDER, message_ids={})
        raise BrokenOffError


async def test_every_uid_stands_in_one_named_set(ledger: Ledger) -> None:
    await store_one(ledger, 1, uid=1)
    await put(
        ledger,
        a_place(2),
        a_place(3, PlaceState.IGNORED, reason=Rule.OUTSIDE_WINDOW),
        a_place(4, PlaceState.IGNORED, reason=Rule.REMOVED),
    )
    found = await named(ledger)
    assert (found.stored, found.held, found.lost) == (UidSet([1]), UidSet([2]), UidSet())
    assert found.ignored == {Rule.OUTSIDE_WINDOW: UidSet([3]), Rule.REMOVED: UidSet([4])}
    assert found.all == UidSet(range(1, 5))
    async with ledger.reading() as reading:
        assert await ledger.locations.count(reading, FOLDER) == 4
    assert not (await named(ledger, replace(FOLDER, folder_id=2))).all
    assert not (await named(ledger, replace(FOLDER, uid_validity=8))).all


async def test_a_place_can_change(ledger: Ledger) -> None:
    await ignore(ledger, UidSet([2, 3, 4]))
    await put(ledger, a_place(3, reason="mail_unreadable", detail="x" * 2_000))
    found = await named(ledger)
    assert (found.held, found.ignored) == (UidSet([3]), {Rule.OUTSIDE_WINDOW: UidSet([2, 4])})
    await put(ledger, a_place(3, PlaceState.IGNORED, reason=Rule.OUTSIDE_WINDOW))
    found = await named(ledger)
    assert (found.held, found.ignored) == (UidSet(), {Rule.OUTSIDE_WINDOW: UidSet([2, 3, 4])})


async def test_what_the_folder_has_no_more_stands_in_no_set(ledger: Ledger) -> None:
    await ignore(ledger, UidSet(range(1, 10)))
    await put(ledger, a_place(20), a_place(21))
    async with ledger.unit() as work:
        await ledger.locations.forget(work, UidSet([1, 5, 20]), folder=FOLDER)
    assert (await named(ledger)).all == UidSet([2, 3, 4, 6, 7, 8, 9, 21])


async def test_held_mail_may_be_tried_again_by_itself_only_so_often(ledger: Ledger) -> None:
    for _ in range(4):
        await put(ledger, a_place(1))
    assert (await named(ledger)).retry == UidSet([1])
    await put(ledger, a_place(1))
    found = await named(ledger)
    assert (found.held, found.retry) == (UidSet([1]), UidSet())


async def test_places_of_another_validity_are_forgotten_in_their_folder_alone(ledger: Ledger) -> None:
    old, other = replace(FOLDER, uid_validity=6), replace(FOLDER, folder_id=2, uid_validity=6)
    for folder in (old, FOLDER, other):
        await put(ledger, a_place(1), folder=folder)
    async with ledger.unit() as work:
        await ledger.locations.forget_other_validities(work, FOLDER)
    assert not (await named(ledger, old)).all
    assert (await named(ledger)).all == (await named(ledger, other)).all == UidSet([1])


async def test_expired_mail_is_deleted_and_its_uids_are_named_as_removed(ledger: Ledger) -> None:
    for number in range(1, 6):
        await store_one(ledger, number, uid=number, date=NOON + timedelta(days=number))
    async with ledger.unit() as work:
        assert await ledger.messages.expire(work, before=NOON + timedelta(days=3), limit=1) == 1
        assert await ledger.messages.expire(work, before=NOON + timedelta(days=3), limit=9) == 1
        assert await ledger.messages.expire(work, before=NOON + timedelta(days=3), limit=9) == 0
    found = await named(ledger)
    assert (found.stored, found.ignored) == (UidSet([3, 4, 5]), {Rule.REMOVED: UidSet([1, 2])})
    async with ledger.reading() as reading:
        keys = [a_message(number).content_key for number in range(1, 6)]
        assert len(await ledger.messages.ids_by_key(reading, keys)) == 3


@pytest.mark.parametrize("seed", range(8))
async def test_runs_of_ignored_uids_are_sets(ledger: Ledger, seed: int) -> None:
    luck = random.Random(seed)
    model: dict[Rule, UidSet] = {rule: UidSet() for rule in Rule}
    for _ in range(25):
        uids = UidSet(luck.sample(range(1, 80), luck.randrange(1, 40)))
        if luck.random() < 0.3:
            async with ledger.unit() as work:
                await ledger.locations.forget(work, uids, folder=FOLDER)
            model = {rule: known - uids for rule, known in model.items()}
        else:
            rule = luck.choice(list(Rule))
            await ignore(ledger, uids, rule)
            model = {other: known - uids for other, known in model.items()}
            model[rule] |= uids
        found = await named(ledger)
        assert found.ignored == {rule: known for rule, known in model.items() if known}


async def test_a_message_deleted_behind_our_back_is_seen_as_lost(store: Ledger, database: Database) -> None:
    for number in (1, 2):
        await store_one(store, number, uid=number)
    async with database.writing("mail-fetcher") as connection:
        await connection.begin()
        await connection.execute(
            message_table.delete().where(message_table.c.content_key == a_message(1).content_key)
        )
        await connection.commit()
    found = await named(store)
    assert (found.stored, found.lost) == (UidSet([2]), UidSet([1]))


async def test_half_a_million_ignored_mails_take_one_row(store: Ledger, database: Database) -> None:
    await ignore(store, UidSet.of_ranges([(1, 250_000), (250_002, 500_000)]))
    await ignore(store, UidSet([250_001]))
    async with database.reading() as reading:
        rows = (await reading.connection.execute(select(uid_runs.c.first_uid, uid_runs.c.last_uid))).all()
    assert rows == [(1, 500_000)]


async def test_the_beginning_of_a_held_mail_is_kept_as_long_as_it_is_held(
    store: Ledger, database: Database
) -> None:
    async def kept() -> list[bytes]:
        async with database.reading() as reading:
            return list((await reading.connection.execute(select(held_mails.c.beginning))).scalars())

    beginning = bytes(range(256)) * 4096
    await put(store, a_place(1, beginning=beginning), a_place(2, beginning=b"two"))
    assert sorted(await kept()) == [beginning, b"two"]
    await put(store, a_place(1, beginning=b"again"))
    assert sorted(await kept()) == [b"again", b"two"]
    await store_one(store, 1, uid=1)
    assert await kept() == [b"two"]


async def test_comments_of_people_do_not_expire(store: Ledger, database: Database) -> None:
    async with store.unit() as work:
        await store.messages.add(work, [a_message(1, type=MessageType.COMMENT), a_message(2)])
        assert await store.messages.expire(work, before=NOON + timedelta(days=1), limit=9) == 1
    async with database.reading() as reading:
        assert (await reading.connection.execute(select(message_table.c.type))).scalars().all() == ["comment"]
        assert (
            await reading.connection.execute(select(func.count()).select_from(msg_addrs))
        ).scalar_one() == 2


async def test_a_notice_of_ours_is_a_system_message(store: Ledger, database: Database) -> None:
    async with store.unit() as work:
        await store.messages.add_notice(work, subject="s" * 2_000, content="<p>邮箱核对</p>")
        await store.messages.add_notice(work, subject="another", content="<p>1</p>")
    async with database.reading() as reading:
        rows = (await reading.connection.execute(select(message_table).order_by(message_table.c.id))).all()
    assert [(row.type, row.sender, row.content_key) for row in rows] == [("system", "MyCRM", None)] * 2


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
    await put(store, a_place(1), folder=FolderKey(folder_id=first.id, uid_validity=7))
    async with database.writing("mail-fetcher") as connection:
        await connection.begin()
        await connection.execute(folder_table.delete())
        await connection.commit()
    async with store.unit() as work:
        second = await store.folders.add(work, "INBOX", mailbox="ours")
    assert not (await named(store, FolderKey(folder_id=second.id, uid_validity=7))).all


async def test_a_window_may_reach_back_ten_years(store: Ledger) -> None:
    async with store.unit() as work:
        added = await store.folders.add(work, "INBOX", mailbox="ours")
        await store.folders.mark(work, added.id, STATE, window_from=NOON - timedelta(days=3_650))
