"""What an undo does to one customer, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mycrm_api.domain.customers import Customer, Validity, edited
from mycrm_api.domain.deleted_customers import KEPT, Gone
from mycrm_api.domain.history import Changed, HistoryEntry, How, beginnings, differences, is_addition
from mycrm_api.domain.undoing import Left, returned, reverted, step_back

NOW = datetime(2026, 1, 10, tzinfo=UTC)
CUSTOMER = Customer(
    id=7,
    name="After",
    email="a@example.com",
    importance=3,
    company="",
    country="",
    address="",
    phone="",
    website="",
    comment="",
    last_contact_date=None,
    last_checked_date=None,
    last_checked_log="",
    valid=Validity.UNCONFIRMED,
    version=2,
    created_at=NOW,
    updated_at=NOW,
)
GONE = Gone(id=7, name="", email="a@example.com", company="", version=2, deleted_at=NOW)
RENAMED = {"name": ("Before", "After")}


def _entry(how: How, changed: Changed | None = None, *, version: int = 2) -> HistoryEntry:
    return HistoryEntry(
        id=1,
        customer_id=7,
        version=version,
        how=how,
        by="1",
        by_name=None,
        at=NOW,
        change_id="c",
        undoes=None,
        changed=changed or {},
    )


def _reason(entry: HistoryEntry, *, live: Customer | None = None, gone: Gone | None = None) -> str:
    step = step_back(entry, live=live, gone=gone, at=NOW)
    return step.reason if isinstance(step, Left) else step


@pytest.mark.parametrize("how", ["edited", "imported", "undone"])
def test_an_edit_that_still_stands_is_reverted(how: How) -> None:
    entry = _entry(how, RENAMED)
    later = replace(CUSTOMER, version=9, phone="another field")

    assert _reason(entry, live=later) == "revert"
    after = reverted(entry, later, at=NOW)
    assert (after.name, after.phone, after.version) == ("Before", "another field", 10)


@pytest.mark.parametrize(
    ("live", "reason"),
    [
        (replace(CUSTOMER, name="Somebody's"), "changed_since"),
        (replace(CUSTOMER, name="Before"), "undone_already"),
        (None, "changed_since"),
    ],
)
def test_an_edit_that_was_overtaken_is_left(live: Customer | None, reason: str) -> None:
    assert _reason(_entry("edited", RENAMED), live=live) == reason


def test_of_several_fields_one_that_was_changed_since_keeps_all() -> None:
    entry = _entry("edited", {**RENAMED, "importance": (1, 2)})

    assert _reason(entry, live=CUSTOMER) == "changed_since"


@pytest.mark.parametrize(
    ("live", "gone", "reason"),
    [
        (None, GONE, "bring_back"),
        (None, replace(GONE, version=3), "changed_since"),
        (None, None, "forgotten"),
        (None, replace(GONE, deleted_at=NOW - KEPT), "forgotten"),
        (None, replace(GONE, deleted_at=NOW - KEPT + timedelta(seconds=1)), "bring_back"),
        (CUSTOMER, None, "undone_already"),
    ],
)
def test_a_deletion_is_taken_back_while_it_can_be(
    live: Customer | None, gone: Gone | None, reason: str
) -> None:
    assert _reason(_entry("deleted"), live=live, gone=gone) == reason


@pytest.mark.parametrize(("how", "changed"), [("added", {"email": (None, "a")}), ("restored", {})])
def test_who_came_into_being_goes_again_unless_somebody_has_written(how: How, changed: Changed) -> None:
    entry = _entry(how, changed)

    assert _reason(entry, live=CUSTOMER) == "remove"
    assert _reason(entry, live=replace(CUSTOMER, version=3)) == "changed_since"
    assert _reason(entry, gone=GONE) == "undone_already"


def test_an_import_may_have_added_or_edited() -> None:
    assert is_addition(_entry("imported", {"email": (None, "a@example.com")}))
    assert not is_addition(_entry("imported", {"name": ("", "A")}))
    assert not is_addition(_entry("restored"))


def test_failures_are_what_could_not_be_done() -> None:
    reasons: list[Any] = ["email_taken", "forgotten", "changed_since", "undone_already"]

    assert [Left(customer_id=1, reason=reason).is_failure for reason in reasons] == [True, True, False, False]


def test_differences_are_of_what_people_write_in_plain_values() -> None:
    after = edited(CUSTOMER, {"valid": 1, "comment": "<b>x</b>"}, at=NOW)

    assert differences(CUSTOMER, replace(after, last_contact_date=NOW)) == {
        "comment": ("", "<b>x</b>"),
        "valid": (2, 1),
    }
    assert type(differences(CUSTOMER, after)["valid"][0]) is int


def test_beginnings_leave_out_what_is_empty() -> None:
    assert beginnings(CUSTOMER) == {
        "email": (None, "a@example.com"),
        "name": (None, "After"),
        "importance": (None, 3),
        "valid": (None, 2),
    }


def test_who_returns_is_in_the_next_version() -> None:
    assert returned(GONE) == replace(GONE, version=3)
