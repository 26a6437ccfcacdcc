"""Words in mail and whole conversations, on both databases."""

import random
import unicodedata
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import update

from mycrm_api.domain.mail_search import words_of
from mycrm_api.domain.messages import MessageFilter, MessageList, MessagePage
from mycrm_api.store import mail_search, messages
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.messages import messages as table
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)
PIECES = (
    "报价单",
    "Ｐｒｉｃｅ",
    "price",
    "ÉCOLE",
    "école",
    "a&b",
    "100%",
    "under_score",
    "quote's",
    "<b>",
    "发票",
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _store(
    office: Office, date: datetime, *, subject: str = "s", content: str = "", thread: bytes | None = None
) -> int:
    event = await office.store_mail(date, to=["a@example.com"], content=content)
    async with office.mail() as work:
        values = {"subject": subject, "thread_key": thread}
        await work.connection.execute(update(table).where(table.c.id == event.message_id).values(**values))
    return event.message_id


async def _page(office: Office, chosen: MessageFilter, *, limit: int, cursor: str | None) -> MessagePage:
    async with office.reading() as look:
        return await messages.page(look, MessageList(filter=chosen, limit=limit, cursor=cursor))


async def _all(office: Office, chosen: MessageFilter, *, limit: int) -> list[int]:
    """Return what all pages show, after the way back has shown the same."""
    page = await _page(office, chosen, limit=limit, cursor=None)
    forwards = [message.id for message in page.items]
    while page.next_cursor is not None:
        page = await _page(office, chosen, limit=limit, cursor=page.next_cursor)
        forwards += [message.id for message in page.items]
        assert page.total is None or not chosen.words
    backwards = [message.id for message in page.items]
    while page.previous_cursor is not None:
        page = await _page(office, chosen, limit=limit, cursor=page.previous_cursor)
        backwards = [*(message.id for message in page.items), *backwards]
    assert backwards == forwards
    return forwards


SEARCHES = (
    "报价",
    "price",
    "ÉCOLE",
    "école",
    "A&B",
    "100%",
    "r_s",
    "e's",
    "单 price",
    "<b>",
    "absent",
    "%",
    "_",
)


async def test_a_search_finds_what_reading_everything_finds(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So small that a search of twenty mails goes over many pieces and several answers.
    monkeypatch.setattr(mail_search, "_FIRST_PIECE", 2)
    monkeypatch.setattr(mail_search, "_LARGEST_PIECE", 3)
    monkeypatch.setattr(mail_search, "_MOST", 6)
    chance = random.Random(20261123)
    stored = []
    for _ in range(20):
        date = DAY + timedelta(hours=chance.randrange(6))
        subject, text = (" ".join(chance.sample(PIECES, 2)) for _ in range(2))
        content = "<p>" + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</p>"
        stored.append((date, await _store(office, date, subject=subject, content=content), subject, text))

    for search in SEARCHES:
        words = words_of(search)
        meant = [
            (date, number)
            for date, number, subject, text in stored
            if all(word in f"{_plain(subject)} {_plain(text)}" for word in words)
        ]
        right = [number for _, number in sorted(meant, reverse=True)]
        for limit in (1, 3, 50):
            assert await _all(office, MessageFilter(words=words), limit=limit) == right, search


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


async def test_a_search_says_how_far_it_went_and_goes_on_from_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_search, "_FIRST_PIECE", 2)
    monkeypatch.setattr(mail_search, "_LARGEST_PIECE", 2)
    monkeypatch.setattr(mail_search, "_MOST", 4)
    for number in range(6):
        await _store(office, DAY + timedelta(hours=number), subject="needle" if number == 0 else "hay")
    chosen = MessageFilter(words=("needle",))

    first = await _page(office, chosen, limit=5, cursor=None)
    second = await _page(office, chosen, limit=5, cursor=first.next_cursor)

    assert (first.items, first.searched_to) == ([], DAY + timedelta(hours=2))
    assert [message.subject for message in second.items] == ["needle"]
    assert (second.next_cursor, second.searched_to) == (None, DAY)


async def test_a_search_is_narrowed_by_address_and_type(office: Office) -> None:
    mine = await office.store_mail(DAY, to=["a@example.com"], content="<p>word</p>")
    await office.store_mail(DAY, to=["b@example.com"], content="<p>word</p>")
    await office.store_mail(DAY, to=["a@example.com"], kind="system", content="<p>word</p>")

    chosen = MessageFilter(keys=["a@example.com"], type="sendto", words=("word",))

    assert await _all(office, chosen, limit=1) == [mine.message_id]


async def test_a_conversation_is_all_its_messages_and_each_knows_how_many(office: Office) -> None:
    thread, other = sha256(b"first").digest(), sha256(b"other").digest()
    ids = [await _store(office, DAY + timedelta(hours=hour), thread=thread) for hour in (2, 0, 1)]
    await _store(office, DAY, thread=other)
    alone = await _store(office, DAY)

    shown = await _all(office, MessageFilter(thread=thread.hex()), limit=2)
    async with office.reading() as look:
        first, single = await messages.by_id(look, ids[0]), await messages.by_id(look, alone)
        counted = await messages.count(look, MessageFilter(thread=thread.hex()))

    assert shown == [ids[0], ids[2], ids[1]]
    assert first is not None
    assert single is not None
    assert (first.thread, first.thread_size, counted) == (thread.hex(), 3, 3)
    assert (single.thread, single.thread_size) == (None, 1)
