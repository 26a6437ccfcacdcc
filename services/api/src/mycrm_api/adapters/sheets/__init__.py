"""Reads tables that people send, CSV and XLSX, record by record: memory stays flat however large they are.

A file is anything that can be read from any place (`BinaryIO`), so that it may lie in the database in pieces.
"""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from mycrm_api.adapters.sheets import csv_sheet, xlsx_sheet
from mycrm_api.adapters.sheets.charsets import charset_of
from mycrm_api.domain.sheets import Layout, Record, Wish, laid_out
from mycrm_api.ports.imports import Shelf
from mycrm_common.errors import Kind, MyCRMError

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SAMPLE = 256 * 1024
_FIRST = 50


def look(file: BinaryIO, wish: Wish, shelf: Shelf) -> Layout:
    """Return how a file is laid out, where that was not said as far as it can be found; what is no table is refused."""
    start = file.read(len(_ZIP))
    file.seek(0)
    if start == _OLD_OFFICE:
        raise MyCRMError("sheet_unreadable", Kind.INVALID, "save it as .xlsx, without a password, or as .csv")
    if start == _ZIP:
        layout = Layout(kind="xlsx")
        xlsx_sheet.put_texts(file, shelf)
    else:
        layout = _csv_layout(file, wish)
    return laid_out(layout, list(islice(_all(file, layout, shelf), _FIRST)), wish)


def records(file: BinaryIO, layout: Layout, shelf: Shelf) -> Iterator[Record]:
    """Yield the records of a file below its header."""
    found = _all(file, layout, shelf)
    if layout.header:
        next((record for record in found if any(cell.strip() for cell in record.cells)), None)
    return found


def _all(file: BinaryIO, layout: Layout, shelf: Shelf) -> Iterator[Record]:
    file.seek(0)
    if layout.kind == "xlsx":
        return xlsx_sheet.rows(file, shelf)
    return csv_sheet.records(file, charset=layout.charset, delimiter=layout.delimiter)


def _csv_layout(file: BinaryIO, wish: Wish) -> Layout:
    sample = file.read(_SAMPLE)
    if not sample:
        raise MyCRMError("import_empty", Kind.INVALID, "the file is empty")
    charset = wish.charset or charset_of(sample)
    delimiter = wish.delimiter or csv_sheet.delimiter_of(sample.decode(charset, "replace"))
    return Layout(kind="csv", charset=charset, delimiter=delimiter)
