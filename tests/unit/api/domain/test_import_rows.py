"""What the rows of a file mean."""

from dataclasses import replace
from typing import Any

import pytest

from mycrm_api.domain.import_rows import (
    ImportRow,
    addresses_in,
    is_untouched,
    judged,
    merged,
    restored,
    taken_apart,
)
from mycrm_api.domain.sheets import Layout, Record
from tests.unit.api.domain.test_customers import a_customer

LAYOUT = Layout(kind="csv", charset="utf-8", columns=("name", "email", "importance", "comment"))


def _row(**fields: Any) -> ImportRow:
    return ImportRow(
        number=1,
        line=2,
        kind="new",
        email="li@example.com",
        email_key="li@example.com",
        fields=fields,
        earlier={},
    )


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("a@example.com", ["a@example.com"]),
        ("a@example.com,b@example.com;c@example.com", ["a@example.com", "b@example.com", "c@example.com"]),
        (
            "a@example.com、b@example.com，c@example.com；",
            ["a@example.com", "b@example.com", "c@example.com"],
        ),
        ("a@example.com\r\n  b@example.com\u3000a@example.com", ["a@example.com", "b@example.com"]),
        ("<a@example.com> mailto:b@example.com", ["a@example.com", "b@example.com"]),
        (" ; , ", []),
    ],
)
def test_a_cell_holds_addresses_between_any_signs(cell: str, addresses: list[str]) -> None:
    assert addresses_in(cell) == addresses


def test_empty_cells_say_nothing_and_lines_in_a_name_are_one() -> None:
    line = taken_apart(Record(2, ["王\r\n小明", " a@example.com ", "", "two\nlines"]), LAYOUT)

    assert line is not None
    assert line.fields == {"name": "王 小明", "comment": "two\nlines"}


@pytest.mark.parametrize(
    ("cell", "number"), [("3", 3), ("3.0", 3), ("three", None), ("3.5", None), ("-1", None)]
)
def test_a_rating_is_a_whole_number(cell: str, number: int | None) -> None:
    line = taken_apart(Record(2, ["", "a@example.com", cell, ""]), LAYOUT)

    assert line is not None
    assert line.fields.get("importance") == number
    assert bool(line.reasons) == (number is None)


def test_a_line_without_anything_is_none() -> None:
    assert taken_apart(Record(2, ["", " ", ""]), LAYOUT) is None


def test_lines_that_agree_are_one_and_lines_that_do_not_are_in_conflict() -> None:
    first, second = _row(name="Li", phone="110"), replace(_row(name="Li", country="China"), line=3)

    together = merged(first, other=second)
    against = merged(together, other=_row(phone="120"))

    assert together.fields == {"name": "Li", "phone": "110", "country": "China"}
    assert (against.kind, against.state) == ("conflict", "")
    assert against.reason is not None
    assert (against.reason.code, against.reason.field) == ("rows_contradict", "phone")
    assert merged(against, other=_row()).kind == "conflict"


def test_a_row_is_judged_by_who_has_the_address() -> None:
    li = a_customer(name="Li ", phone="110")

    assert judged(_row(name="Li"), None).kind == "new"
    assert judged(_row(name="Li", phone="110"), li).kind == "same"
    update = judged(_row(name="Li", phone="120", importance=3), li)
    assert (update.kind, update.earlier) == ("update", {"phone": "110", "importance": li.importance})


def test_an_edit_or_a_finding_since_the_preview_is_noticed() -> None:
    li = a_customer(name="Li", valid=2)
    row = judged(_row(name="Li Wei", valid=1), li)

    assert is_untouched(row, li)
    assert not is_untouched(row, replace(li, version=li.version + 1))
    assert not is_untouched(row, replace(li, valid=type(li.valid)(0)))
    assert not is_untouched(row, None)
    assert is_untouched(judged(_row(), None), None)
    assert not is_untouched(judged(_row(), None), li)


def test_undo_leaves_what_a_machine_has_found_since() -> None:
    li = a_customer(name="Li", valid=2)
    row = judged(_row(name="Li Wei", valid=1), li)
    now = replace(li, name="Li Wei", valid=type(li.valid)(0))

    assert restored(row, now) == {"name": "Li"}


def test_a_cell_without_any_address_is_one_wrong_address() -> None:
    assert addresses_in(" call her first ") == ["call her first"]
    assert addresses_in("li＠example.cn wang@example.cn") == ["li＠example.cn", "wang@example.cn"]
    assert addresses_in("  ") == []
