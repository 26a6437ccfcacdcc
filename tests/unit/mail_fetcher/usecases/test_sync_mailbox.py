"""A look at all folders: who is read, who is left aside, and what a failure costs the others."""

from dataclasses import replace

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.ports.ledger import Counts, Exclusion, PassOutcome
from mycrm_mail_fetcher.usecases.sync_mailbox import sync_mailbox
from tests.unit.mail_fetcher.usecases.desk import Desk
from tests.unit.mail_fetcher.usecases.letters import MAILBOX, letter, rules, subjects


@pytest.fixture
def desk() -> Desk:
    return Desk()


def broken(code: str = "mailbox_connection_lost") -> MyCRMError:
    return MyCRMError(code, Kind.UNAVAILABLE, "no more")


async def look(desk: Desk) -> PassOutcome:
    return await sync_mailbox(desk.server.account, mailbox=MAILBOX, rules=rules(), means=desk.means)


async def test_inbox_and_sent_come_first_and_drafts_are_left_aside(desk: Desk) -> None:
    for name in ("Archive", "草稿箱", "已发送", "INBOX"):
        desk.server.deliver(name, letter(name))
    assert await look(desk) == PassOutcome(counts=Counts(stored=3), folders=3)
    assert subjects(desk.ledger) == ["INBOX", "已发送", "Archive"]
    drafts = desk.ledger.folder("草稿箱")
    assert (drafts.excluded, drafts.messages, drafts.state) == (Exclusion.RULE, 1, None)
    assert "open 草稿箱" not in desk.server.asked


async def test_a_folder_that_is_excluded_for_a_while_goes_on_where_it_was(desk: Desk) -> None:
    with_all, with_some = replace(desk.means, excluded=()), desk.means
    desk.server.deliver("Drafts", letter("one"))
    for means, exclusion in ((with_some, Exclusion.RULE), (with_all, Exclusion.NONE)) * 2:
        desk.means = means
        await look(desk)
        assert desk.ledger.folder("Drafts").excluded is exclusion
    desk.means = with_some
    desk.server.deliver("Drafts", letter("two"))
    await look(desk)
    assert subjects(desk.ledger) == ["one"]
    desk.means = with_all
    await look(desk)
    assert subjects(desk.ledger) == ["one", "two"]


async def test_a_folder_that_is_gone_is_noted_once(desk: Desk) -> None:
    desk.server.deliver("Archive", letter("one"))
    await look(desk)
    del desk.server.folders["Archive"]
    await look(desk)
    assert desk.ledger.folder("Archive").excluded is Exclusion.GONE
    transactions = desk.ledger.transactions
    await look(desk)
    assert desk.ledger.transactions == transactions


async def test_a_quiet_mailbox_costs_one_question_per_folder_and_no_transaction(desk: Desk) -> None:
    desk.server.deliver("Drafts", letter("draft"))
    desk.server.deliver("Archive", letter("one"))
    await look(desk)
    transactions = desk.ledger.transactions
    desk.server.asked.clear()
    assert await look(desk) == PassOutcome(folders=2)
    assert desk.server.asked == ["folders", "status INBOX", "status Drafts", "status Archive"]
    assert desk.ledger.transactions == transactions
    assert desk.server.connections == 1


async def test_one_folder_that_breaks_the_line_does_not_stop_the_others(desk: Desk) -> None:
    for name in ("INBOX", "one", "two"):
        desk.server.deliver(name, letter(name))
    desk.server.folders["one"].error = broken()
    assert await look(desk) == PassOutcome(counts=Counts(stored=2), folders=3)
    assert subjects(desk.ledger) == ["INBOX", "two"]
    assert desk.ledger.folder("one").error_code == "mailbox_connection_lost"
    assert desk.server.connections == 2
    desk.server.folders["one"].error = None
    assert (await look(desk)).counts == Counts(stored=1)
    assert desk.ledger.folder("one").error_code == ""


async def test_what_nobody_foresaw_in_one_folder_is_noted_and_logged_once(desk: Desk) -> None:
    for name in ("INBOX", "one", "two"):
        desk.server.deliver(name, letter(name))
    desk.server.folders["one"].error = ZeroDivisionError("odd")
    await look(desk)
    assert subjects(desk.ledger) == ["INBOX", "two"]
    assert desk.ledger.folder("one").error_code == "folder_failed"
    assert [line.action for line in desk.logged()] == ["folder.failed"]
    await look(desk)
    assert desk.logged() == []


async def test_a_server_that_breaks_off_again_and_again_ends_the_look(desk: Desk) -> None:
    for number in range(6):
        desk.server.deliver(f"folder {number}", letter(str(number)))
        desk.server.folders[f"folder {number}"].error = broken()
    outcome = await look(desk)
    assert (outcome.code, outcome.detail) == ("mailbox_connection_lost", "no more")
    assert desk.server.connections == 3


async def test_a_folder_that_vanishes_while_we_look_keeps_the_line(desk: Desk) -> None:
    for name in ("INBOX", "one", "two"):
        desk.server.deliver(name, letter(name))
    desk.server.folders["one"].error = MyCRMError("mailbox_folder_missing", Kind.NOT_FOUND, "one")
    await look(desk)
    assert desk.ledger.folder("one").error_code == "mailbox_folder_missing"


async def test_a_kept_line_that_died_in_the_meantime_is_nobodys_failure(desk: Desk) -> None:
    await look(desk)
    desk.server.cut_lines()
    desk.server.deliver("INBOX", letter("one"))
    assert await look(desk) == PassOutcome(counts=Counts(stored=1), folders=1)
    assert desk.server.connections == 2


async def test_a_server_that_cannot_be_reached_is_an_outcome(desk: Desk) -> None:
    desk.server.error = broken("mailbox_unreachable")
    assert (await look(desk)).code == "mailbox_unreachable"


async def test_a_database_that_is_away_is_no_outcome_of_the_mailbox(desk: Desk) -> None:
    desk.server.deliver("INBOX", letter("one"))
    desk.server.folders["INBOX"].error = MyCRMError("database_unavailable", Kind.UNAVAILABLE)
    with pytest.raises(MyCRMError, match="database_unavailable"):
        await look(desk)


async def test_of_all_mail_drafts_and_what_lies_in_excluded_folders_are_left_out(desk: Desk) -> None:
    everything = desk.server.create("[Gmail]/All Mail", special_use="all")
    for name in ("archived", "drafted", "private"):
        desk.server.deliver("[Gmail]/All Mail", letter(name))
    everything.drafts = {2}
    desk.server.deliver("Private", letter("private"))
    desk.means = replace(desk.means, excluded=("Drafts", "Private"))
    await look(desk)
    assert subjects(desk.ledger) == ["archived"]
    reasons = {uid: place.reason for uid, place in desk.ledger.places_of("[Gmail]/All Mail").items()}
    assert reasons == {1: "", 2: "draft", 3: "excluded_folder"}

    desk.server.deliver("[Gmail]/All Mail", letter("drafted again"))
    everything.drafts = {2, 4}
    desk.server.deliver("[Gmail]/All Mail", letter("came"))
    await look(desk)
    assert subjects(desk.ledger) == ["archived", "came"]
