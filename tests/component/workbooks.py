"""Small workbooks, as spreadsheet programs write them: shared texts, sparse rows, numbers as floats."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORKBOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="old" sheetId="1" state="hidden" r:id="rId9"/>'
    '<sheet name="客户" sheetId="2" r:id="rId1"/></sheets></workbook>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
)


def a_workbook(rows: Sequence[Sequence[str | float]], *, before: bytes = b"") -> bytes:
    """Return a workbook; `before` stands in front of the sheet's own XML."""
    texts: list[str] = []
    lines = [
        f'<row r="{line}">{"".join(_cell(value, line, place, texts) for place, value in enumerate(row))}</row>'
        for line, row in enumerate(rows, 1)
        if row
    ]
    shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{shared}</sst>')
        archive.writestr("xl/worksheets/sheet1.xml", before + sheet.encode())
    return made.getvalue()


def _cell(value: str | float, line: int, place: int, texts: list[str]) -> str:
    name = f"{chr(ord('A') + place)}{line}"
    if isinstance(value, str):
        texts.append(value)
        return f'<c r="{name}" t="s"><v>{len(texts) - 1}</v></c>'
    return f'<c r="{name}"><v>{float(value)!r}</v></c>'
