"""Tables are read in any charset, with any separator, and record by record."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from mycrm_api.adapters import sheets
from mycrm_api.domain.sheets import Layout, Record, Wish
from mycrm_common.errors import MyCRMError
from tests.component.workbooks import a_workbook

SIMPLIFIED = "联系人{0}邮箱{0}公司\n王小明{0}wang@example.cn{0}上海光电科技有限公司\n"
TRADITIONAL = "聯絡人{0}郵箱{0}公司\n王大明{0}wang@example.cn{0}台灣光學股份有限公司\n"
WESTERN = "Name{0}Email{0}Company\nJörg Müller{0}joerg@example.com{0}Straßenbau Köln\n"


class Shelf(dict[int, bytes]):
    """Keeps blocks in memory."""

    def put(self, position: int, block: bytes) -> None:
        self[position] = block


def _read(raw: bytes, wish: Wish | None = None) -> tuple[Layout, list[Record]]:
    shelf, file = Shelf(), io.BytesIO(raw)
    layout = sheets.look(file, wish or Wish(), shelf)
    return layout, list(sheets.records(file, layout, shelf))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "utf-16-le", "utf-16-le"),
    ],
)
def test_charset_delimiter_and_header_are_found(
    text: str, encoding: str, charset: str, delimiter: str
) -> None:
    said = text.format(delimiter)

    layout, [record] = _read(said.encode(encoding))

    assert (layout.charset, layout.delimiter, layout.header) == (charset, delimiter, True)
    assert layout.columns == ("name", "email", "company")
    assert list(record.cells) == said.splitlines()[1].split(delimiter)


def test_what_is_said_of_the_layout_counts() -> None:
    raw = "Email;Name\na@example.com;王\n".encode("big5")

    layout, records = _read(raw, Wish(charset="big5", delimiter=";", header=True))

    assert [tuple(record.cells) for record in records] == [("a@example.com", "王")]
    assert layout.charset == "big5"


def test_any_mixture_of_line_ends_ends_lines() -> None:
    raw = b"Email,Name\r\na@x.com,A\rb@x.com,B\nc@x.com,C\n\r\nd@x.com,D"

    _, records = _read(raw)

    assert [(record.line, *record.cells) for record in records if record.cells] == [
        (2, "a@x.com", "A"),
        (3, "b@x.com", "B"),
        (4, "c@x.com", "C"),
        (6, "d@x.com", "D"),
    ]


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_quoted_cells_hold_separators_quotes_and_lines(delimiter: str) -> None:
    raw = f'Email{delimiter}Name\na@x.com{delimiter}"A ""B""{delimiter}\r\nC"\nb@x.com{delimiter}say "hi"\n'

    _, records = _read(raw.encode())

    assert [(record.line, *record.cells) for record in records] == [
        (2, "a@x.com", f'A "B"{delimiter}\r\nC'),
        (4, "b@x.com", 'say "hi"'),
    ]


def test_a_quote_that_is_never_closed_costs_its_own_line_alone() -> None:
    rows = [f"c{number}@x.com,N{number}" for number in range(9_000)]
    rows[3] = 'c3@x.com,"N3'
    rows[5_500] = 'c5500@x.com,"N"5500'

    _, records = _read(("Email,Name\n" + "\n".join(rows)).encode())

    assert [(record.line, record.fault) for record in records if record.fault] == [
        (5, "quotes_unbalanced"),
        (5_502, "quotes_unbalanced"),
    ]
    assert len(records) == len(rows)
    assert [record.line for record in records] == list(range(2, 9_002))


def test_lines_and_rows_that_are_far_too_long_are_cut_and_told() -> None:
    raw = b"Email,Name\n" + b"x" * 5_000_000 + b'"\r\n' + b"," * 300 + b"\nb@x.com,B\n"

    _, records = _read(raw)

    assert [record.fault for record in records] == ["line_long", "columns_many", ""]
    assert sum(len(cell) for record in records for cell in record.cells) < 10_000


def _many_lines(count: int) -> Iterator[bytes]:
    yield b"Email,Name\n"
    for number in range(count):
        yield b'c%d@example.com,"a name of %d"\n' % (number, number)


@pytest.mark.parametrize("count", [2_000, 60_000])
def test_memory_does_not_grow_with_the_file(count: int) -> None:
    file = io.BytesIO(b"".join(_many_lines(count)))
    layout = sheets.look(file, Wish(), Shelf())
    tracemalloc.start()
    try:
        assert sum(1 for _ in sheets.records(file, layout, Shelf())) == count
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 8_000_000


def test_a_workbook_with_more_texts_than_a_block_is_read_row_by_row() -> None:
    rows: list[list[str | float]] = [["Email", "Name", "Importance"]]
    rows += [[f"c{number}@example.com", f"N <&> {number}", float(number % 6)] for number in range(1_500)]

    layout, records = _read(a_workbook(rows))

    assert (layout.kind, layout.columns) == ("xlsx", ("email", "name", "importance"))
    assert [tuple(record.cells) for record in records] == [
        (f"c{number}@example.com", f"N <&> {number}", str(number % 6)) for number in range(1_500)
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04",
        a_workbook([["Email"], ["a@x.com"]])[:-30],
        a_workbook([["Email"], ["a@x.com"]], before=b"<"),
        a_workbook([["Email"], ["a@x.com"]], before=b'<!DOCTYPE a [<!ENTITY b "c">]>'),
        a_workbook([["Email"], ["a@x.com"]], before=b"<a>" * 200),
        b"\xd0\xcf\x11\xe0",
        b"%PDF-1.7\x01\x02\x03\x04\x05\x06\x07\x08",
    ],
)
def test_what_is_no_table_is_refused(raw: bytes) -> None:
    with pytest.raises(MyCRMError) as refused:
        _read(raw)

    assert refused.value.code == "sheet_unreadable"
