"""The mailbox's state and its ledger on both databases, as mail-fetcher writes it and people read it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert

from mycrm_api.domain.ledger import FolderLedger, Reason, SetState, Trouble
from mycrm_api.domain.mailbox import Mailbox
from mycrm_api.store import mailbox
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.mailboxes import folders
from mycrm_common.db.tables.messages import messages as message_table
from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.ledger import FolderKey, Place, PlaceState
from mycrm_mail_fetcher.ports.requests import Verb
from mycrm_mail_fetcher.store import locations, mailboxes, tasks
from tests.contract.api_office import Office

DAY = datetime(2026, 1, 10, tzinfo=UTC)
KEY = FolderKey(folder_id=1, uid_validity=7)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def _mailbox(office: Office, *, is_configured: bool = True) -> Mailbox:
    async with office.reading() as look:
        return await mailbox.state_of_mailbox(look, is_configured=is_configured)


async def _folders(office: Office) -> dict[str, FolderLedger]:
    return {folder.name: folder for folder in (await _mailbox(office)).folders}


async def put_folder(office: Office, **values: Any) -> None:
    """Write a folder as mail-fetcher leaves it after a whole look."""
    async with office.mail() as work:
        row = {
            "mailbox": "a",
            "name": "INBOX",
            "excluded": "",
            "uid_validity": 7,
            "last_uid": 0,
            "low_uid": 1,
            "seen_messages": 0,
            "seen_uid_next": 0,
            "window_from": DAY,
            "looked_at": DAY,
            "error_code": "",
            "error_detail": "",
            **values,
        }
        await work.connection.execute(insert(folders).values(**row))


def held(uid: int, code: str = "mail_unreadable") -> Place:
    """Return the place of a mail that is held back."""
    return Place(uid=uid, internal_date=DAY, size=9, state=PlaceState.HELD, reason=code)


async def store_mails(office: Office, *uids: int, folder: FolderKey = KEY) -> list[int]:
    """Store a message for each uid and return their ids."""
    ids = [(await office.store_mail(DAY)).message_id for _ in uids]
    keys = {uid: uid.to_bytes(32, "big") for uid in uids}
    places = [
        Place(uid=uid, internal_date=DAY, size=9, state=PlaceState.STORED, content_key=keys[uid])
        for uid in uids
    ]
    async with office.mail() as work:
        stored = dict(zip(keys.values(), ids, strict=True))
        await locations.put(work, places, folder=folder, message_ids=stored)
    return ids


async def put_places(office: Office, *places: Place, folder: FolderKey = KEY) -> None:
    """Write places as mail-fetcher does."""
    async with office.mail() as work:
        await locations.put(work, places, folder=folder, message_ids={})


async def ignore(office: Office, uids: UidSet, rule: Rule, *, folder: FolderKey = KEY) -> None:
    """Put uids under a rule, as mail-fetcher does."""
    async with office.mail() as work:
        await locations.ignore(work, uids, folder=folder, rule=rule)


def a_set(state: SetState, count: int, reason: str = "") -> Reason:
    return Reason(state=state, reason=reason, count=count)


async def test_a_mailbox_goes_from_unset_over_syncing_to_idle(office: Office) -> None:
    nothing = await _mailbox(office, is_configured=False)
    fresh = await _mailbox(office)
    await put_folder(office)
    first = await _mailbox(office)
    async with office.mail() as work:
        await mailboxes.note_synced(work, "a")
        synced_at = work.at
    idle = await _mailbox(office)
    async with office.mail() as work:
        await tasks.put(work, "r", verb=Verb.SYNC)
    asked = await _mailbox(office)

    states = [state.state for state in (nothing, fresh, first, idle, asked)]
    assert states == ["not_configured", "idle", "syncing", "idle", "syncing"]
    assert (fresh.last_synced_at, idle.last_synced_at) == (None, synced_at)


@pytest.mark.parametrize("begun", [{"window_from": None}, {"low_uid": 2}])
async def test_a_folder_whose_look_has_not_ended_makes_the_mailbox_busy(
    office: Office, begun: dict[str, Any]
) -> None:
    async with office.mail() as work:
        await mailboxes.note_synced(work, "a")
    await put_folder(office, id=1)
    await put_folder(office, id=2, name="Sent", **begun)

    busy = await _mailbox(office)
    await put_folder(office, id=3, name="Spam", mailbox="b", **begun)
    async with office.mail() as work:
        await mailboxes.note_failed(work, "a", code="mailbox_unreachable", detail="")
    failed = await _mailbox(office)

    assert (busy.state, failed.state) == ("syncing", "failed")
    assert [folder.under_way for folder in busy.folders] == [False, True]


async def test_a_folder_that_cannot_be_read_does_not_make_the_mailbox_busy_for_ever(office: Office) -> None:
    async with office.mail() as work:
        await mailboxes.note_synced(work, "a")
    await put_folder(office, low_uid=9, error_code="folder_failed", error_detail="x")

    state = await _mailbox(office)

    assert (state.state, state.folders[0].error) == ("idle", Trouble(code="folder_failed", detail="x"))


async def test_a_mailbox_that_failed_says_why_and_when_it_last_succeeded(office: Office) -> None:
    async with office.mail() as work:
        await mailboxes.note_synced(work, "a")
        synced_at = work.at
    office.clock.advance(minutes=5)
    async with office.mail() as work:
        await mailboxes.note_failed(work, "a", code="mailbox_login_refused", detail="no")

    state = await _mailbox(office)

    assert (state.state, state.last_synced_at) == ("failed", synced_at)
    assert state.error == Trouble(code="mailbox_login_refused", detail="no")


async def test_another_mailbox_is_shown_from_its_first_folder_on(office: Office) -> None:
    await put_folder(office, mailbox="before")
    async with office.mail() as work:
        await mailboxes.note_synced(work, "before")
    await put_folder(
        office, name="收件箱", mailbox="after", looked_at=office.clock.now() + timedelta(seconds=1)
    )

    state = await _mailbox(office)

    assert (state.state, [folder.name for folder in state.folders]) == ("syncing", ["收件箱"])


async def test_each_set_of_a_folder_is_counted_by_itself(office: Office) -> None:
    await put_folder(office, id=1, seen_messages=17, compared_at=DAY, found_missing=2)
    await put_folder(office, id=2, name="Sent", seen_messages=1)
    await store_mails(office, 1, 2, 3)
    await put_places(office, held(4), held(5), held(6, "mail_withheld"))
    await ignore(office, UidSet(range(10, 19)), Rule.OUTSIDE_WINDOW)
    await ignore(office, UidSet([30]), Rule.OUTSIDE_WINDOW)
    await ignore(office, UidSet([20]), Rule.REMOVED)

    told = await _folders(office)

    inbox = told["INBOX"]
    assert inbox.reasons == (
        a_set("stored", 3),
        a_set("ignored", 10, "outside_window"),
        a_set("ignored", 1, "removed"),
        a_set("held", 2, "mail_unreadable"),
        a_set("held", 1, "mail_withheld"),
    )
    assert (inbox.stored, inbox.ignored, inbox.held, inbox.missing) == (3, 11, 3, 0)
    assert inbox.adds_up
    assert (inbox.compared_at, inbox.found_missing) == (DAY, 2)
    assert (told["Sent"].reasons, told["Sent"].adds_up) == ((), False)


async def test_a_message_that_was_deleted_behind_our_back_is_missing_and_not_stored(office: Office) -> None:
    await put_folder(office, id=1, seen_messages=3)
    ids = await store_mails(office, 1, 2, 3)
    async with office.mail() as work:
        await work.connection.execute(delete(message_table).where(message_table.c.id == ids[1]))

    inbox = (await _folders(office))["INBOX"]

    assert (inbox.stored, inbox.missing, inbox.adds_up) == (2, 1, False)
    assert inbox.reasons == (a_set("stored", 2), a_set("missing", 1))


async def test_what_stood_under_other_numbers_counts_no_more(office: Office) -> None:
    await put_folder(office, id=1, seen_messages=1)
    before = FolderKey(folder_id=1, uid_validity=6)
    await store_mails(office, 1)
    await store_mails(office, 1, 2, folder=before)
    await put_places(office, held(3), folder=before)
    await ignore(office, UidSet([4, 5]), Rule.REMOVED, folder=before)

    assert (await _folders(office))["INBOX"].reasons == (a_set("stored", 1),)


async def test_a_folder_that_is_left_aside_is_one_set_whatever_was_taken_from_it_before(
    office: Office,
) -> None:
    await put_folder(office, id=1, name="Drafts", seen_messages=4, excluded="rule", compared_at=DAY)
    await put_folder(office, id=2, name="Old", excluded="gone")
    await store_mails(office, 1, 2)
    await put_places(office, held(3))

    told = await _mailbox(office)

    assert [folder.name for folder in told.folders] == ["Drafts"]
    drafts = told.folders[0]
    assert drafts.reasons == (a_set("ignored", 4, "excluded_folder"),)
    assert (drafts.excluded, drafts.adds_up, drafts.under_way, drafts.compared_at) == (
        "rule",
        True,
        False,
        None,
    )
    assert told.totals.reasons == drafts.reasons
