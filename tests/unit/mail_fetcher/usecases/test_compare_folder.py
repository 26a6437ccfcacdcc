"""What a comparison of a folder with the ledger finds, and what becomes of it."""

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.ports.ledger import Counts
from tests.support.fake_imap import FakeMailServer, days_before
from tests.support.memory_ledger import MemoryLedger
from tests.unit.mail_fetcher.usecases.letters import dying, fill, letter, look_at, subjects


@pytest.fixture
def server() -> FakeMailServer:
    return FakeMailServer()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


async def test_a_mail_that_was_deleted_on_the_server_leaves_the_ledger_and_stays_a_message(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    del server.folders["INBOX"].mails[2]
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()
    assert list(ledger.places_of("INBOX")) == [1, 3]
    assert len(ledger.messages.rows) == 3
    assert ledger.messages.notices == []


async def test_what_is_deleted_as_something_new_comes_is_seen_by_counting(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    del server.folders["INBOX"].mails[2]
    fill(server, 1, start=4)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1)
    assert list(ledger.places_of("INBOX")) == [1, 3, 4]


async def test_a_message_that_was_lost_here_is_told_and_comes_back(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    del ledger.messages.rows[2]
    assert await look_at("INBOX", server=server, ledger=ledger, compares=True) == Counts(stored=1)
    assert sorted(subjects(ledger)) == ["0001", "0002", "0003"]
    assert ledger.messages.notices == ["邮箱核对：INBOX 缺少 1 封邮件｜Mailbox check: 1 missing in INBOX"]
    assert await look_at("INBOX", server=server, ledger=ledger, compares=True) == Counts()
    assert len(ledger.messages.notices) == 1


async def test_a_lost_message_comes_back_however_old_it_is(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    server.deliver("INBOX", letter("old"), internal_date=days_before(20))
    await look_at("INBOX", server=server, ledger=ledger, days=30)
    ledger.messages.rows.clear()
    assert await look_at("INBOX", server=server, ledger=ledger, days=10, compares=True) == Counts(stored=1)


async def test_a_place_that_was_lost_is_found_missing(server: FakeMailServer, ledger: MemoryLedger) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    del ledger.locations.rows[next(key for key in ledger.locations.rows if key[2] == 2)]
    assert await look_at("INBOX", server=server, ledger=ledger, compares=True) == Counts()
    assert len(ledger.places_of("INBOX")) == 3
    assert len(ledger.messages.notices) == 1


async def test_a_break_after_a_comparison_does_not_make_it_forgotten(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    del ledger.messages.rows[2]
    with pytest.raises(MyCRMError):
        await look_at("INBOX", server=server, ledger=ledger, compares=True, ports=dying(ledger, after=0))
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1)


async def test_mail_far_outside_the_window_is_named_without_being_looked_at(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    for number in range(300):
        server.deliver("INBOX", letter(f"old {number}"), internal_date=days_before(20))
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()
    assert not [asked for asked in server.asked if asked.startswith("heads")]
    assert len(ledger.places_of("INBOX")) == 300


async def test_much_old_mail_that_is_moved_here_is_not_looked_at_one_by_one(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 1)
    await look_at("INBOX", server=server, ledger=ledger)
    for number in range(300):
        server.deliver("INBOX", letter(f"old {number}"), internal_date=days_before(20))
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()
    assert len(ledger.places_of("INBOX")) == 301
    assert not [asked for asked in server.asked if asked.startswith("heads")]


async def test_held_mail_is_asked_for_again_when_the_folder_is_compared(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    server.folders["INBOX"].withheld = {2}
    await look_at("INBOX", server=server, ledger=ledger)
    server.folders["INBOX"].withheld = set()
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()
    assert await look_at("INBOX", server=server, ledger=ledger, compares=True) == Counts(stored=1)
    assert ledger.messages.notices == []


async def test_mail_that_stays_unreadable_is_tried_five_times_by_itself(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    server.deliver("INBOX", b"\r\n")
    for _ in range(7):
        await look_at("INBOX", server=server, ledger=ledger, compares=True)
    assert list(ledger.locations.attempts.values()) == [5]


async def test_what_was_removed_in_time_does_not_come_back(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 2)
    await look_at("INBOX", server=server, ledger=ledger)
    async with ledger.unit() as work:
        await ledger.messages.expire(work, before=days_before(-1), limit=10)
    assert await look_at("INBOX", server=server, ledger=ledger, compares=True) == Counts()
    assert {place.reason for place in ledger.places_of("INBOX").values()} == {"removed"}
    assert ledger.messages.notices == []


async def test_a_folder_that_was_emptied_leaves_the_ledger(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    server.folders["INBOX"].mails.clear()
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()
    assert ledger.places_of("INBOX") == {}
    assert len(ledger.messages.rows) == 3
    fill(server, 1, start=4)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1)
