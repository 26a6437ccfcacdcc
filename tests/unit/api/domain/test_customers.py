"""What may be written about a customer, and what an edit makes of it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mycrm_api.domain.customers import (
    LENGTHS,
    MOST_COMMENT,
    READ_ONLY,
    SORTABLE,
    Customer,
    Validity,
    changed_fields,
    check_version,
    edited,
    field_faults,
    moves_company_contact,
    newest,
    sort_of,
)
from mycrm_common.db.tables.customers import customers
from mycrm_common.errors import Kind, MyCRMError

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_customer(**given: Any) -> Customer:
    values: dict[str, Any] = dict.fromkeys((*LENGTHS, "comment", "last_checked_log"), "")
    values |= {
        "id": 7,
        "email": "a@example.com",
        "importance": 0,
        "valid": Validity.UNCONFIRMED,
        "version": 3,
    }
    values |= {"last_contact_date": None, "last_checked_date": None, "created_at": AT, "updated_at": AT}
    return Customer(**values | given)


def faults_of(**changes: Any) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in field_faults(changes)]


def test_texts_may_be_as_long_as_their_columns() -> None:
    in_table = {name: customers.c[name].type.length for name in LENGTHS}  # type: ignore[attr-defined]  # all are texts

    assert in_table == LENGTHS


def test_a_customer_has_the_columns_of_the_table_but_those_made_for_machines() -> None:
    machines = {"email_key", "name_key", "company_key", "company_last_contact"}
    computed = {column.name for column in customers.c if column.computed is not None}

    assert {field.name for field in fields(Customer)} == set(customers.c.keys()) - machines - computed
    assert set(READ_ONLY) == {
        *("id", "last_contact_date", "last_checked_date", "last_checked_log"),
        *("version", "created_at", "updated_at"),
    }


@pytest.mark.parametrize("name", LENGTHS)
def test_a_text_that_is_too_long_names_its_field(name: str) -> None:
    assert faults_of(**{name: "中" * LENGTHS[name]}) == []
    assert faults_of(**{name: "中" * (LENGTHS[name] + 1)}) == [(name, "text_long")]


def test_a_comment_has_a_limit_of_its_own() -> None:
    assert faults_of(comment="x" * MOST_COMMENT) == []
    assert faults_of(comment="x" * (MOST_COMMENT + 1)) == [("comment", "text_long")]


@pytest.mark.parametrize("bad", ["\0", "\n", "\t", "\x1b", "\x7f", "\x85", "\ud83d", chr(0xDFFF)])
def test_what_cannot_be_shown_is_refused_in_every_line_of_text(bad: str) -> None:
    assert faults_of(name=f"a{bad}b", phone=bad) == [
        ("name", "text_unprintable"),
        ("phone", "text_unprintable"),
    ]


def test_a_comment_may_have_lines_but_nothing_else_that_is_invisible() -> None:
    assert faults_of(comment="a\n\r\tb") == []
    assert faults_of(comment="a\0b") == [("comment", "text_unprintable")]


@pytest.mark.parametrize("good", ["李伟", "😀", "é", "\u064e", "a\u200db", "﷽"])
def test_every_script_is_welcome(good: str) -> None:
    assert faults_of(name=good) == []


@pytest.mark.parametrize(
    ("importance", "code"), [(-1, "number_small"), (6, "number_large"), (0, None), (5, None)]
)
def test_a_rating_is_from_zero_to_five(importance: int, code: str | None) -> None:
    assert faults_of(importance=importance) == ([("importance", code)] if code else [])


@pytest.mark.parametrize(("valid", "is_known"), [(-1, False), (0, True), (1, True), (2, True), (3, False)])
def test_validity_is_one_of_three(valid: int, is_known: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert faults_of(valid=valid) == ([] if is_known else [("valid", "choice_unknown")])


def test_every_fault_is_named_at_once() -> None:
    found = faults_of(name="x" * 300, importance=9, valid=9, country="\0" + "x" * 100)

    assert found == [
        ("name", "text_long"),
        ("importance", "number_large"),
        ("valid", "choice_unknown"),
        ("country", "text_long"),
        ("country", "text_unprintable"),
    ]


def test_an_edit_makes_the_next_version() -> None:
    later = AT + timedelta(hours=1)

    after = edited(a_customer(name="Old"), {"name": "New", "valid": 1}, at=later)

    assert after == a_customer(name="New", valid=Validity.VALID, version=4, updated_at=later)
    assert isinstance(after.valid, Validity)


@pytest.mark.parametrize("changes", [{}, {"name": ""}, {"valid": 2, "importance": 0}])
def test_an_edit_of_nothing_is_the_same_record(changes: dict[str, Any]) -> None:
    before = a_customer()

    assert edited(before, changes, at=AT + timedelta(hours=1)) is before


def test_only_what_people_write_counts_as_changed() -> None:
    before = a_customer()
    after = replace(before, phone="1", email="b@example.com", last_contact_date=AT, version=9)

    assert changed_fields(before, after) == ("email", "phone")


def test_a_stale_version_is_told_with_the_present_one() -> None:
    check_version(a_customer(version=3), 3)
    check_version(a_customer(version=3), None)

    with pytest.raises(MyCRMError) as caught:
        check_version(a_customer(version=3), 2)

    assert (caught.value.code, caught.value.kind) == ("customer_version_stale", Kind.CONFLICT)
    assert caught.value.context == {"current": 3, "yours": 2}


@pytest.mark.parametrize(
    ("fields", "moves"),
    [(["name", "phone"], False), (["company"], True), (["valid"], True), (["email"], True)],
)
def test_some_fields_move_a_companys_contact_date(fields: list[str], *, moves: bool) -> None:
    assert moves_company_contact(dict.fromkeys(fields, "")) is moves


def test_a_minus_turns_the_sort_round() -> None:
    assert {sort_of(name) for name in SORTABLE} == {(name, False) for name in SORTABLE}
    assert sort_of("-company") == ("company", True)


@pytest.mark.parametrize("sort", ["", "-", "--name", "email_key", "name; drop table customers", "Name"])
def test_no_other_column_can_be_sorted_by(sort: str) -> None:
    with pytest.raises(MyCRMError) as caught:
        sort_of(sort)

    assert [(fault.field, fault.code) for fault in caught.value.errors] == [("sort", "choice_unknown")]


def test_the_newest_of_no_moments_is_none() -> None:
    assert newest() is newest(None, None) is None
    assert newest(None, AT, AT - timedelta(days=1)) == AT
