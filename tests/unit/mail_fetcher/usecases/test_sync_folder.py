"""What is taken from a folder, in which order, and what a break costs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mycrm_common.errors import MyCRMError
from mycrm_common.events.messages import MessageStored
from mycrm_common.work import Work
from mycrm_mail_fetcher.ports.ledger import Counts, PlaceState
from tests.support.fake_imap import FakeMailServer, days_before
from tests.support.memory_ledger import MemoryLedger
from tests.unit.mail_fetcher.usecases.letters import dying, fill, known_folder, letter, look_at, subjects


@pytest.fixture
def server() -> FakeMailServer:
    return FakeMailServer()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def stored_events(ledger: MemoryLedger) -> list[int]:
    return [event.message_id for event in ledger.told if isinstance(event, MessageStored)]


async def test_everything_is_stored_and_each_message_told_once(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 450)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=450)
    assert sorted(subjects(ledger)) == [f"{number:04}" for number in range(1, 451)]
    assert stored_events(ledger) == list(range(1, 451))
    assert len(ledger.places_of("INBOX")) == 450


async def test_a_first_look_begins_with_the_newest_mail(server: FakeMailServer, ledger: MemoryLedger) -> None:
    fill(server, 450)
    with pytest.raises(MyCRMError):
        await look_at("INBOX", server=server, ledger=ledger, ports=dying(ledger, after=1))
    assert sorted(subjects(ledger)) == [f"{number:04}" for number in range(411, 451)]


@pytest.mark.parametrize(("batches", "kept"), [(0, 0), (1, 40), (2, 200), (3, 400), (4, 450)])
async def test_a_break_costs_one_batch_and_doubles_nothing(
    server: FakeMailServer, ledger: MemoryLedger, batches: int, kept: int
) -> None:
    fill(server, 450)
    with pytest.raises(MyCRMError):
        await look_at("INBOX", server=server, ledger=ledger, ports=dying(ledger, after=batches))
    before = len(ledger.messages.rows)
    assert before == kept
    fill(server, 10, start=451)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=460 - before)
    assert sorted(subjects(ledger)) == [f"{number:04}" for number in range(1, 461)]
    assert len(stored_events(ledger)) == 460


async def test_after_a_break_only_what_is_missing_is_fetched(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 450)
    with pytest.raises(MyCRMError):
        await look_at("INBOX", server=server, ledger=ledger, ports=dying(ledger, after=3))
    await look_at("INBOX", server=server, ledger=ledger)
    assert [asked for asked in server.asked if asked.startswith("heads")] == ["heads 50"]


async def test_a_folder_that_did_not_change_is_not_opened(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    transactions = ledger.transactions
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()
    assert server.asked == ["folders", "status INBOX"]
    assert ledger.transactions == transactions + 1  # the test's own


async def test_of_new_mail_only_the_new_is_asked_for(server: FakeMailServer, ledger: MemoryLedger) -> None:
    fill(server, 5)
    await look_at("INBOX", server=server, ledger=ledger)
    fill(server, 2, start=6)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=2)
    assert server.asked[3:6] == ["uids above 5", "heads 2", "sections 2"]


async def test_mail_that_comes_during_a_look_is_found_by_the_next(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 1)
    ports = ledger.ports

    @asynccontextmanager
    async def while_storing() -> AsyncIterator[Work]:
        async with ledger.unit() as work:
            if len(server.folders["INBOX"].mails) == 1:
                server.deliver("INBOX", letter("meanwhile"))
            yield work

    await look_at("INBOX", server=server, ledger=ledger, ports=replace(ports, unit=while_storing))
    assert subjects(ledger) == ["0001"]
    await look_at("INBOX", server=server, ledger=ledger)
    assert subjects(ledger) == ["0001", "meanwhile"]


async def test_after_renumbering_everything_is_placed_anew_and_nothing_told_again(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    await look_at("INBOX", server=server, ledger=ledger)
    server.renumber("INBOX")
    fill(server, 1, start=4)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1)
    assert len(ledger.places_of("INBOX")) == len(ledger.locations.rows) == 4
    assert len(stored_events(ledger)) == 4
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()


async def test_the_same_mail_in_another_folder_is_only_placed(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 2)
    fill(server, 3, folder="Archive")
    await look_at("INBOX", server=server, ledger=ledger)
    assert await look_at("Archive", server=server, ledger=ledger) == Counts(stored=1)
    assert "sections 1" in server.asked
    assert [place.state for place in ledger.places_of("Archive").values()] == [PlaceState.STORED] * 3


async def test_copies_in_one_batch_are_one_message(server: FakeMailServer, ledger: MemoryLedger) -> None:
    fill(server, 1)
    fill(server, 1)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1)
    assert len(stored_events(ledger)) == 1
    assert len(ledger.places_of("INBOX")) == 2


async def test_mail_without_an_id_is_known_by_its_text(server: FakeMailServer, ledger: MemoryLedger) -> None:
    for text in ("one", "two", "one"):
        server.deliver("INBOX", letter("notice", text=text, has_id=False))
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=2)


async def test_mail_older_than_the_window_is_ignored_to_the_second(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    server.deliver("INBOX", letter("inside"), internal_date=days_before(10))
    server.deliver("INBOX", letter("outside"), internal_date=days_before(10 + 1 / 86_400))
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1, ignored=1)
    places = ledger.places_of("INBOX")
    assert (places[2].state, places[2].reason) == (PlaceState.IGNORED, "outside_window")
    assert subjects(ledger) == ["inside"]


async def test_a_widened_window_takes_older_mail_and_reads_nothing_twice(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    for days in (20.0, 10.5, 1.0):
        server.deliver("INBOX", letter(f"{days} days"), internal_date=days_before(days))
    await look_at("INBOX", server=server, ledger=ledger)
    assert await look_at("INBOX", server=server, ledger=ledger, days=30) == Counts(stored=2)
    assert "heads 2" in server.asked
    assert subjects(ledger) == ["1.0 days", "10.5 days", "20.0 days"]
    assert await look_at("INBOX", server=server, ledger=ledger, days=30) == Counts()


async def test_a_break_while_a_wider_window_is_read_is_made_good(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 2)
    await look_at("INBOX", server=server, ledger=ledger)
    for number in range(250):
        server.deliver("INBOX", letter(f"old {number}"), internal_date=days_before(20))
    await look_at("INBOX", server=server, ledger=ledger)
    with pytest.raises(MyCRMError):
        await look_at("INBOX", server=server, ledger=ledger, days=30, ports=dying(ledger, after=1))
    await look_at("INBOX", server=server, ledger=ledger, days=30)
    assert len(ledger.messages.rows) == 252


async def test_a_narrowed_window_changes_nothing_that_is_stored(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    server.deliver("INBOX", letter("old"), internal_date=days_before(8))
    await look_at("INBOX", server=server, ledger=ledger)
    assert await look_at("INBOX", server=server, ledger=ledger, days=5) == Counts()
    assert ledger.places_of("INBOX")[1].state is PlaceState.STORED


async def test_a_mail_that_cannot_be_read_is_held_with_the_reason(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 1)
    uid = server.deliver("INBOX", b"\r\n")
    fill(server, 1, start=2)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=2, held=1)
    place = ledger.places_of("INBOX")[uid]
    assert (place.state, place.reason) == (PlaceState.HELD, "mail_unreadable")
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts()


async def test_a_mail_that_the_server_does_not_give_is_held_and_one_that_is_gone_is_not(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 3)
    server.folders["INBOX"].withheld = {2}
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=2, held=1)
    place = ledger.places_of("INBOX")[2]
    assert (place.state, place.reason) == (PlaceState.HELD, "mail_withheld")


async def test_an_empty_folder_is_never_opened(server: FakeMailServer, ledger: MemoryLedger) -> None:
    for _ in range(2):
        await look_at("INBOX", server=server, ledger=ledger)
        assert server.asked == ["folders", "status INBOX"]
    fill(server, 1)
    assert await look_at("INBOX", server=server, ledger=ledger) == Counts(stored=1)


async def test_a_server_that_does_not_foretell_uids_is_read_all_the_same(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    server.folders["INBOX"].tells_uid_next = False
    fill(server, 450)
    with pytest.raises(MyCRMError):
        await look_at("INBOX", server=server, ledger=ledger, ports=dying(ledger, after=1))
    await look_at("INBOX", server=server, ledger=ledger)
    fill(server, 1, start=451)
    await look_at("INBOX", server=server, ledger=ledger)
    assert sorted(subjects(ledger)) == [f"{number:04}" for number in range(1, 452)]
    assert len(stored_events(ledger)) == 451


async def test_a_server_without_validity_is_read_anew_each_time_and_nothing_doubles(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    server.folders["INBOX"].uid_validity = 0
    fill(server, 2)
    await look_at("INBOX", server=server, ledger=ledger)
    server.folders["INBOX"].mails.clear()
    server.folders["INBOX"].uid_next = 1
    fill(server, 2, start=3)
    await look_at("INBOX", server=server, ledger=ledger)
    assert subjects(ledger) == ["0002", "0001", "0004", "0003"]
    await look_at("INBOX", server=server, ledger=ledger)
    assert len(stored_events(ledger)) == 4


async def test_a_failure_is_over_when_the_folder_can_be_looked_at_again(
    server: FakeMailServer, ledger: MemoryLedger
) -> None:
    fill(server, 1)
    await look_at("INBOX", server=server, ledger=ledger)
    known = await known_folder(ledger)
    async with ledger.unit() as work:
        await ledger.folders.fail(work, known.id, code="mailbox_protocol_error", detail="")
    await look_at("INBOX", server=server, ledger=ledger)
    assert ledger.folder("INBOX").error_code == ""
