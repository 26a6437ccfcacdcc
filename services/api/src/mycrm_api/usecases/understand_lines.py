"""Understand the lines of a file: which customers they speak of, with what is said made fit to be stored.

This is most of the work of reading a file, and asks nobody; it is done in a thread, away from the loop.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mycrm_api.domain.import_rows import ImportRow, Line, Reason, invalid, taken_apart
from mycrm_api.domain.sheets import Layout, Record
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_common.errors import MyCRMError
from mycrm_common.keys import email_key


def understand_lines(
    records: Iterable[Record],
    layout: Layout,
    *,
    first_number: int,
    addresses: Addresses,
    rich_text: RichText,
) -> list[ImportRow]:
    """Return the rows of some lines, numbered on; whom they speak of is yet to be looked up."""
    rows: list[ImportRow] = []
    for record in records:
        line = taken_apart(record, layout)
        if line is not None:
            for row in _rows(line, addresses=addresses, rich_text=rich_text):
                rows.append(replace(row, number=first_number + len(rows)))
    return rows


def _rows(line: Line, *, addresses: Addresses, rich_text: RichText) -> Iterator[ImportRow]:
    if line.reasons:
        told = "; ".join(f"{one.field}: {one.detail}" if one.field else one.detail for one in line.reasons)
        reason = replace(line.reasons[0], detail=told)
        yield invalid(line, reason, email=line.texts.get("email", ""), number=0)
        return
    fields = dict(line.fields)
    if "comment" in fields:
        fields["comment"] = rich_text.taken(fields["comment"])
    for address in line.addresses:
        try:
            email = addresses.checked(address)
        except MyCRMError as error:
            yield invalid(
                line, Reason(code=error.code, field="email", detail=error.detail), email=address, number=0
            )
            continue
        yield ImportRow(
            number=0,
            line=line.line,
            kind="new",
            email=email,
            email_key=email_key(email),
            fields=fields,
            earlier={},
        )
