"""Held mail on both databases: the list, what was kept of each, copies; and how the ledger is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from mycrm_api.domain.cursors import Page
from mycrm_api.domain.held_mail import HeldList, HeldMail, HeldPlace
from mycrm_api.store import held_mail, ledger, mail_copies, requests, settings
from mycrm_api.usecases.change_settings import change_settings
from mycrm_api.usecases.find_mail_copy import find_mail_copy
from mycrm_api.usecases.request_held_retry import request_held_retry
from mycrm_api.usecases.request_mail_copy import request_mail_copy
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.mailboxes import folders, locations
from mycrm_common.db.tables.messages import messages
from mycrm_common.errors import MyCRMError
from mycrm_common.events.mailboxes import MailboxCopyRequested, MailboxRetryRequested
from mycrm_common.secretbox import SecretBox
from mycrm_mail_fetcher.ports.ledger import FolderKey, Place, PlaceState
from mycrm_mail_fetcher.ports.requests import Answer, Verb
from mycrm_mail_fetcher.store import copies, tasks
from mycrm_mail_fetcher.store import locations as fetched_locations
from mycrm_mail_fetcher.store import requests as taken_requests
from mycrm_mail_fetcher.usecases.take_request import take_request
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, tzinfo=UTC)
MAIL = b"From: =?utf-8?B?5p2O?= <li@example.com>\r\nSubject: =?gb2312?B?sai82w==?=\r\n\r\n\xff\x00"


@pytest.fixture
async def office(database: Database) -> Office:
    """An office with a mailbox of two folders."""
    made = Office(database)
    access = {"mail_host": "imap.example.com", "mail_username": "team@example.com"}
    box, hidden = SecretBox("k" * 40), {"mail_password": "secret"}
    await change_settings(access, secrets=hidden, settings=settings, box=box, unit=made.unit)
    for folder_id, name, mailbox in ((1, "INBOX", "a"), (2, "收件箱", "a"), (3, "INBOX", "before")):
        await put_folder(made, id=folder_id, name=name, mailbox=mailbox)
    return made


async def put_folder(office: Office, **values: Any) -> None:
    """Write a folder as mail-fetcher leaves it after a whole look."""
    looked_at = DAY + timedelta(days=values["mailbox"] == "a")
    row = {
        "excluded": "",
        "uid_validity": 7,
        "last_uid": 0,
        "low_uid": 1,
        "seen_messages": 0,
        "seen_uid_next": 0,
    }
    async with office.mail() as work:
        await work.connection.execute(
            insert(folders).values(
                **row, window_from=DAY, looked_at=looked_at, error_code="", error_detail="", **values
            )
        )


async def hold(
    office: Office, *uids: int, folder_id: int = 1, raw: bytes = MAIL, at: datetime | None = DAY
) -> None:
    """Hold mails back as mail-fetcher does."""
    places = [
        Place(
            uid=uid,
            internal_date=at,
            size=12,
            state=PlaceState.HELD,
            reason="mail_unreadable",
            detail="no end",
            beginning=raw,
        )
        for uid in uids
    ]
    folder = FolderKey(folder_id=folder_id, uid_validity=7)
    async with office.mail() as work:
        await fetched_locations.put(work, places, folder=folder, message_ids={})


async def _page(office: Office, *, limit: int = 50, **wanted: Any) -> Page[HeldMail]:
    async with office.reading() as look:
        return await held_mail.page(look, HeldList(cursor=wanted.pop("cursor", None), limit=limit, **wanted))


async def _uids(office: Office, **wanted: Any) -> list[tuple[int, int]]:
    return [(mail.folder_id, mail.uid) for mail in (await _page(office, **wanted)).items]


async def test_a_held_mail_says_what_and_whose_it_is_and_why_it_waits(office: Office) -> None:
    await hold(office, 5, folder_id=2)
    await hold(office, 5, folder_id=2)

    page = await _page(office)

    expected = HeldMail(
        folder_id=2,
        folder="收件箱",
        uid=5,
        internal_date=DAY,
        size=12,
        code="mail_unreadable",
        detail="no end",
        attempts=2,
        subject="报价",
        sender="李 <li@example.com>",
        bytes_kept=len(MAIL),
    )
    assert (page.items, page.total) == ([expected], 1)


async def test_a_mail_of_which_nothing_came_is_listed_all_the_same(office: Office) -> None:
    await hold(office, 5, raw=b"", at=None)

    mail = (await _page(office)).items[0]

    assert (mail.subject, mail.sender, mail.bytes_kept, mail.internal_date) == ("", "", 0, None)


async def test_held_mail_is_listed_newest_first_page_by_page_over_all_folders(office: Office) -> None:
    await hold(office, 1, 2, at=DAY)
    await hold(office, 1, folder_id=2, at=DAY)
    await hold(office, 3, at=DAY + timedelta(days=1))
    await hold(office, 4, 5, at=None)
    await hold(office, 9, folder_id=3, at=DAY + timedelta(days=9))
    everything = [(1, 3), (2, 1), (1, 2), (1, 1), (1, 5), (1, 4)]

    assert await _uids(office) == everything
    pages, cursor, before = [], None, None
    while True:
        page = await _page(office, limit=2, cursor=cursor)
        pages += [(mail.folder_id, mail.uid) for mail in page.items]
        assert page.total == 6
        before, cursor = page.previous_cursor, page.next_cursor
        if cursor is None:
            break
    assert pages == everything
    assert await _uids(office, limit=2, cursor=before) == everything[2:4]
    assert await _uids(office, folder_id=2) == [(2, 1)]
    assert (await _page(office, folder_id=2)).total == 1
    assert await _uids(office, folder_id=3) == []


async def test_what_is_not_read_or_stands_under_other_numbers_is_not_listed(office: Office) -> None:
    await hold(office, 1)
    await hold(office, 1, folder_id=2)
    async with office.mail() as work:
        for folder_id, values in ((1, {"excluded": "rule"}), (2, {"uid_validity": 8})):
            await work.connection.execute(update(folders).where(folders.c.id == folder_id).values(**values))

    assert await _uids(office) == []
    async with office.reading() as look:
        assert await held_mail.count(look) == 0
        for folder_id in (1, 2):
            place = HeldPlace(folder_id=folder_id, uid=1)
            assert not await held_mail.is_held(look, place)
            assert await held_mail.beginning(look, place) is None


async def test_what_was_kept_is_given_byte_by_byte(office: Office) -> None:
    await hold(office, 1)
    await hold(office, 2, raw=b"")

    async with office.reading() as look:
        assert await held_mail.beginning(look, HeldPlace(folder_id=1, uid=1)) == MAIL
        assert await held_mail.beginning(look, HeldPlace(folder_id=1, uid=2)) == b""
        assert await held_mail.beginning(look, HeldPlace(folder_id=1, uid=3)) is None
        assert await held_mail.beginning(look, HeldPlace(folder_id=2, uid=1)) is None


async def _retry(office: Office, place: HeldPlace | None) -> str:
    return await request_held_retry(
        place, held=held_mail, settings=settings, requests=requests, unit=office.unit
    )


async def _attempts(office: Office) -> dict[int, int]:
    return {mail.uid: mail.attempts for mail in (await _page(office)).items}


@pytest.mark.parametrize(
    ("place", "left"), [(HeldPlace(folder_id=1, uid=1), {1: 0, 2: 1}), (None, {1: 0, 2: 0})]
)
async def test_who_asks_for_another_try_gets_it_for_the_mail_that_was_meant(
    office: Office, place: HeldPlace | None, left: dict[int, int]
) -> None:
    await hold(office, 1, 2)

    request_id = await _retry(office, place)
    told = (await office.told())[-1]
    assert told == MailboxRetryRequested(request_id=request_id)
    assert isinstance(told, MailboxRetryRequested)
    await take_request(
        told, tasks=tasks, requests=taken_requests, locations=fetched_locations, unit=office.mail
    )

    assert await _attempts(office) == left


async def test_a_mail_that_is_not_held_is_neither_read_again_nor_copied(office: Office) -> None:
    before = await office.told()
    for ask in (_retry, _copy):
        with pytest.raises(MyCRMError, match="mail_not_held"):
            await ask(office, HeldPlace(folder_id=1, uid=1))
    assert await office.told() == before


async def _copy(office: Office, place: HeldPlace | None) -> str:
    assert place is not None
    return await request_mail_copy(
        place, held=held_mail, settings=settings, requests=requests, unit=office.unit
    )


async def _size(office: Office, request_id: str) -> int:
    async with office.reading() as look:
        return await find_mail_copy(request_id, copies=mail_copies, requests=requests, reading=look)


async def _refusal(office: Office, request_id: str) -> str:
    with pytest.raises(MyCRMError) as caught:
        await _size(office, request_id)
    return caught.value.code


async def test_a_copy_is_there_once_it_has_come_and_for_a_while(office: Office) -> None:
    await hold(office, 1)
    request_id = await _copy(office, HeldPlace(folder_id=1, uid=1))
    assert (await office.told())[-1] == MailboxCopyRequested(request_id=request_id)
    assert await _refusal(office, request_id) == "copy_not_ready"

    bytes_of = [b"\x00\xff" * 300, b"", b"end"]
    async with office.mail() as work:
        await tasks.put(work, request_id, verb=Verb.COPY)
        for position, piece in reversed(list(enumerate(bytes_of))):
            await copies.put(work, request_id, position=position, piece=piece)
    assert await _refusal(office, request_id) == "copy_not_ready"
    async with office.mail() as work:
        await tasks.answer(work, request_id, Answer())

    assert await _size(office, request_id) == 603
    assert [piece async for piece in mail_copies.pieces(office.reading, request_id)] == bytes_of
    async with office.mail() as work:
        await copies.clean(work, before=office.clock.now() + timedelta(seconds=1))
    assert await _refusal(office, request_id) == "copy_expired"


async def test_a_copy_that_could_not_be_made_says_why(office: Office) -> None:
    await hold(office, 1)
    request_id = await _copy(office, HeldPlace(folder_id=1, uid=1))
    async with office.mail() as work:
        await tasks.put(work, request_id, verb=Verb.COPY)
        await tasks.answer(work, request_id, Answer(code="mail_gone", detail="no mail 1"))

    assert await _refusal(office, request_id) == "mail_gone"


async def test_only_a_copy_can_be_fetched(office: Office) -> None:
    await hold(office, 1)

    assert await _refusal(office, await _retry(office, None)) == "not_found"
    assert await _refusal(office, "01234567-89ab-cdef-0123-456789abcdef") == "not_found"
    assert await _refusal(office, "..") == "not_found"


async def test_the_large_sets_are_counted_from_the_index_alone(office: Office) -> None:
    is_sqlite = await _store_many(office, 4_000)
    async with office.reading() as look:
        counted = ledger._places("a").compile(look.connection, compile_kwargs={"literal_binds": True})
        how, alone = (
            ("EXPLAIN QUERY PLAN", "USING COVERING INDEX") if is_sqlite else ("EXPLAIN", "Using index")
        )
        explained = await look.connection.exec_driver_sql(f"{how} {counted}")
        plan = [str(row) for row in explained]

    walks = [step for step in plan if "ix_locations" in step]
    assert len(walks) == 2, plan
    assert all("ix_locations_sets" in step and alone in step for step in walks), plan


async def _store_many(office: Office, number: int) -> bool:
    """Store so many mails in two folders; tell whether the database is SQLite."""
    mails = [
        {
            "id": uid,
            "sender": "a",
            "date": DAY,
            "type": "receive",
            "subject": "",
            "content": "",
            "message_id": "",
            "sender_address": "",
            "attachments": "[]",
            "blocked_images": 0,
            "stored_at": DAY,
        }
        for uid in range(1, number + 1)
    ]
    places = [
        {
            "folder_id": 1 + uid % 2,
            "uid_validity": 7,
            "uid": uid,
            "state": "stored",
            "reason": "",
            "detail": "",
            "message_id": uid,
            "internal_date": DAY,
            "size": 1,
            "attempts": 0,
        }
        for uid in range(1, number + 1)
    ]
    async with office.mail() as work:
        await work.connection.execute(insert(messages), mails)
        await work.connection.execute(insert(locations), places)
        # Both databases plan by statistics, which they would gather by themselves in a while.
        is_sqlite = work.connection.dialect.name == "sqlite"
        await work.connection.exec_driver_sql("ANALYZE" if is_sqlite else "ANALYZE TABLE locations, folders")
        return is_sqlite
