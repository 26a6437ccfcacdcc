"""The ledger adds up when each mail on the server is in a named set, and only then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mycrm_api.domain.ledger import FolderLedger, Reason, SetState, in_order, totals
from mycrm_api.domain.mailbox import Mailbox

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_reason(state: SetState, count: int, reason: str = "") -> Reason:
    return Reason(state=state, reason=reason, count=count)


def a_folder(on_server: int, *reasons: Reason, **changed: Any) -> FolderLedger:
    folder = FolderLedger(
        folder_id=1,
        name="INBOX",
        on_server=on_server,
        reasons=reasons,
        compared_at=NOON,
        found_missing=0,
        excluded="",
        under_way=False,
        error=None,
    )
    return replace(folder, **changed)


def a_mailbox(*folders: FolderLedger) -> Mailbox:
    return Mailbox(state="idle", last_synced_at=NOON, error=None, folders=folders)


STORED, HELD, MISSING = a_reason("stored", 5), a_reason("held", 1, "mail_unreadable"), a_reason("missing", 1)
OLD, REMOVED = a_reason("ignored", 2, "outside_window"), a_reason("ignored", 3, "removed")


@pytest.mark.parametrize(
    ("folder", "adds_up"),
    [
        (a_folder(0), True),
        (a_folder(11, STORED, OLD, REMOVED, HELD), True),
        (a_folder(12, STORED, OLD, REMOVED, HELD), False),
        (a_folder(10, STORED, OLD, REMOVED, HELD), False),
        (a_folder(6, STORED, MISSING), False),
    ],
)
def test_a_folder_adds_up_when_every_mail_is_named_and_none_is_missing(
    folder: FolderLedger,
    adds_up: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    assert folder.adds_up is adds_up


def test_each_state_is_the_sum_of_its_sets() -> None:
    folder = a_folder(12, STORED, OLD, REMOVED, HELD, MISSING)

    assert (folder.stored, folder.ignored, folder.held, folder.missing) == (5, 5, 1, 1)


def test_two_folders_that_are_wrong_do_not_make_a_mailbox_that_is_right() -> None:
    mailbox = a_mailbox(a_folder(4, STORED), a_folder(6, STORED))

    assert mailbox.totals.on_server == mailbox.totals.stored
    assert not mailbox.adds_up
    assert a_mailbox(a_folder(5, STORED), a_folder(0)).adds_up


def test_the_total_has_each_set_once_and_is_as_old_as_the_oldest_comparison() -> None:
    earlier = NOON - timedelta(days=1)
    aside = a_folder(
        9, a_reason("ignored", 9, "excluded_folder"), excluded="rule", compared_at=None, folder_id=3
    )
    whole = totals(
        [
            a_folder(7, STORED, OLD, found_missing=2),
            a_folder(8, STORED, REMOVED, compared_at=earlier, found_missing=1),
            aside,
        ]
    )

    assert whole.reasons == (
        a_reason("stored", 10),
        a_reason("ignored", 9, "excluded_folder"),
        REMOVED,
        OLD,
    )
    assert (whole.on_server, whole.found_missing, whole.compared_at) == (24, 3, earlier)


def test_a_mailbox_with_a_folder_that_was_never_compared_was_not_compared() -> None:
    assert totals([a_folder(0), a_folder(0, compared_at=None)]).compared_at is None
    assert totals([]).compared_at is None


def test_empty_sets_are_left_out() -> None:
    assert in_order([a_reason("missing", 0), HELD, HELD]) == (a_reason("held", 2, "mail_unreadable"),)
