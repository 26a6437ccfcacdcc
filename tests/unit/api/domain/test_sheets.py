"""What the columns of a sheet are."""

import json

import pytest

from mycrm_api.domain.sheets import (
    FIELDS,
    TEMPLATE,
    Layout,
    Record,
    Wish,
    field_of,
    laid_out,
    layout_of,
    to_json,
)
from mycrm_common.errors import MyCRMError


def _laid_out(*rows: list[str], wish: Wish | None = None) -> Layout:
    records = [Record(line, cells) for line, cells in enumerate(rows, 1)]
    return laid_out(Layout(kind="csv"), records, wish or Wish())


@pytest.mark.parametrize("language", [1, 2])
def test_the_headers_of_the_template_are_known_in_both_languages(language: int) -> None:
    assert [field_of(column[language]) for column in TEMPLATE] == list(FIELDS)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        (" E-Mail* ", "email"),
        ("ＥＭＡＩＬ", "email"),
        ("郵箱", "email"),
        ("客戶評級", "importance"),
        ("Last contact date", "last_contact_date"),
        ("Company Name", "company"),
        ("Reason", None),
        ("", None),
    ],
)
def test_headers_are_known_however_they_are_spelt(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_without_a_header_the_columns_come_in_the_order_of_the_template() -> None:
    layout = _laid_out(["Li", "li@example.com", "3", *[""] * 8, "more"])

    assert (layout.header, layout.columns) == (False, (*FIELDS, None))


def test_columns_that_nobody_knows_are_not_taken() -> None:
    assert _laid_out(["Colour", "Email"], ["red", "a@example.com"]).columns == (None, "email")


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([["One"], ["a@example.com"]], ("email",)),
        ([["Name", "Reach them at", "Colour"], ["Li", "a@example.com", "b@c"]], ("name", "email", None)),
        ([["a@example.com"], ["b@example.com"]], ("email",)),
        ([["3", "Li", "a@example.com"], ["", "Wu", "b@example.com"]], (None, None, "email")),
    ],
)
def test_the_email_is_else_the_column_that_holds_addresses(
    rows: list[list[str]], columns: tuple[str | None, ...]
) -> None:
    assert _laid_out(*rows).columns == columns


def test_the_first_things_of_each_column_are_shown() -> None:
    rows = [[number, "a@example.com", "x" * 99] for number in "1123456"]

    assert _laid_out(["No", "Email", "Long"], *rows).samples == (
        ("1", "2", "3"),
        ("a@example.com",),
        ("x" * 60,),
    )


def test_a_layout_comes_back_as_it_was_kept() -> None:
    layout = _laid_out(["No", "Email"], ["1", "a@example.com"])
    kept = json.loads(json.dumps(to_json(layout)))

    assert layout_of(kept) == layout
    del kept["samples"]
    assert layout_of(kept).samples == ()


def test_columns_are_guessed_anew_when_the_delimiter_is_another() -> None:
    said = Wish(delimiter=",", columns=("email",))

    assert said.then(Wish(charset="big5", delimiter=",")).columns == ("email",)
    assert said.then(Wish(delimiter=";")).columns is None
    assert said.then(Wish(delimiter=";", columns=("email", None))).columns == ("email", None)


def test_what_is_said_of_the_columns_counts() -> None:
    wish = Wish(header=False, columns=("email", None))

    assert _laid_out(["Email", "b@example.com"], wish=wish).columns == ("email", None)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "import_empty"),
        ([["", " "]], "import_empty"),
        ([["Email"]], "import_empty"),
        ([["Email", "mail"], ["a@example.com"]], "columns_wrong"),
        ([["One", "Two"], ["1", "2"]], "columns_wrong"),
        ([["Email"] * 201, ["a"]], "columns_many"),
    ],
)
def test_a_file_without_customers_is_refused(rows: list[list[str]], code: str) -> None:
    with pytest.raises(MyCRMError) as refused:
        _laid_out(*rows)

    assert refused.value.code == code
