"""What the rows of a file mean: which customer each speaks of, and what it would change.

A cell may hold several addresses; each is a customer with the same other fields. Cells that are empty say nothing.
Several lines may speak of one customer: they are one row while they agree, and in conflict where they contradict
each other, because which of them is right only a person can tell. Nothing of a conflict is written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from mycrm_api.domain.cells import meant
from mycrm_api.domain.customers import Customer, field_faults
from mycrm_api.domain.sheets import IGNORED, Layout, Record
from mycrm_common.errors import FieldFault

RowKind = Literal["new", "update", "same", "conflict", "invalid"]
RowState = Literal["", "waiting", "done", "skipped", "reversed", "kept", "failed"]

MOST_ADDRESSES = 100
_MOST_CELL = 200_000
_SHOWN = 500
_BETWEEN = re.compile(r"[,;、，；\s]+")
_BREAKS = re.compile(r"[\t\r\n]+")
_NUMBER = re.compile(r"([0-9]{1,3})(?:\.0+)?")
# What stands where bytes are no letters of the charset.
_UNREADABLE = "\ufffd"
_NUMBERS = frozenset({"importance", "valid"})
_AT = ("@", "\uff20")
_WRAPPING = "<>《》()（）[]\"'“”"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a row is not taken."""

    code: str
    field: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why some rows are not taken, and how many they are."""

    code: str
    field: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRow:
    """What a file says of one customer; `earlier` is what that would overwrite, in the version that was seen."""

    number: int
    line: int
    kind: RowKind
    email: str
    fields: Mapping[str, Any]
    earlier: Mapping[str, Any]
    state: RowState = ""
    email_key: str | None = None
    customer_id: int | None = None
    version: int | None = None
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a file, taken apart: its addresses, and what it says of each; `texts` is that as it stands there."""

    line: int
    addresses: Sequence[str]
    texts: Mapping[str, str]
    fields: Mapping[str, Any]
    reasons: Sequence[Reason]


def taken_apart(record: Record, layout: Layout) -> Line | None:
    """Return what a line says, with every reason not to take it; None where it says nothing."""
    cells = zip(layout.columns, record.cells, strict=False)
    texts = {field: meant(cell).strip() for field, cell in cells if field and field not in IGNORED}
    texts = {field: text for field, text in texts.items() if text}
    if record.fault:
        return Line(line=record.line, addresses=(), texts=_cut(texts), fields={}, reasons=[_fault(record)])
    if not any(cell.strip() for cell in record.cells):
        return None
    addresses = addresses_in(texts.get("email", ""))
    fields, faults = _read({name: text for name, text in texts.items() if name != "email"})
    reasons = [*_misfits(record, layout, texts, addresses)]
    reasons += [Reason(code=fault.code, field=fault.field, detail=fault.message) for fault in faults]
    kept = _cut(texts) if reasons else texts
    return Line(line=record.line, addresses=addresses, texts=kept, fields=fields, reasons=reasons)


def _misfits(
    record: Record, layout: Layout, texts: Mapping[str, str], addresses: Sequence[str]
) -> Iterator[Reason]:
    """Tell what is wrong with a line as a whole."""
    if any(cell.strip() for cell in record.cells[len(layout.columns) :]):
        yield Reason(code="cells_many", detail="more cells than columns: is a separator in a text?")
    if any(_UNREADABLE in text for text in texts.values()):
        yield Reason(code="text_undecodable", detail=f"not all of it is {layout.charset or 'readable'}")
    if len(addresses) > MOST_ADDRESSES:
        detail = f"at most {MOST_ADDRESSES} addresses in a cell"
        yield Reason(code="addresses_many", field="email", detail=detail)
    if not addresses:
        yield Reason(code="email_missing", field="email", detail="there is no address")


def addresses_in(cell: str) -> list[str]:
    """Return the addresses of a cell, each once, in their order; a cell that holds none is one wrong address."""
    parts = (part.strip(_WRAPPING).removeprefix("mailto:") for part in _BETWEEN.split(cell))
    found = list(dict.fromkeys(part for part in parts if part))
    return found if any(sign in cell for sign in _AT) else [cell.strip()] * bool(found)


def invalid(line: Line, reason: Reason, *, email: str, number: int) -> ImportRow:
    """Return the row of what cannot be taken, as it stands in the file."""
    texts = dict(line.texts) | ({"email": email} if email else {})
    return ImportRow(
        number=number,
        line=line.line,
        kind="invalid",
        email=email[:320],
        fields=texts,
        earlier={},
        reason=replace(reason, detail=reason.detail[:_SHOWN]),
    )


def judged(row: ImportRow, customer: Customer | None) -> ImportRow:
    """Return a row as new, update or same, by the customer who has its address."""
    if customer is None:
        return replace(row, kind="new", state="waiting", earlier={}, customer_id=None, version=None)
    earlier = {
        name: _plain(getattr(customer, name))
        for name, value in row.fields.items()
        if not _is_same(value, getattr(customer, name))
    }
    return replace(
        row,
        kind="update" if earlier else "same",
        state="waiting" if earlier else "",
        earlier=earlier,
        customer_id=customer.id,
        version=customer.version,
    )


def merged(row: ImportRow, *, other: ImportRow) -> ImportRow:
    """Return two rows of one customer as one, with all that both say; what contradicts itself is in conflict."""
    if row.kind == "conflict":
        return row
    both = row.fields.keys() & other.fields.keys()
    against = sorted(name for name in both if row.fields[name] != other.fields[name])
    together = replace(row, fields=dict(other.fields) | dict(row.fields))
    if not against:
        return together
    detail = f"lines {row.line} and {other.line} do not say the same"
    reason = Reason(code="rows_contradict", field=against[0], detail=detail)
    return replace(together, kind="conflict", state="", earlier={}, reason=reason)


def is_untouched(row: ImportRow, customer: Customer | None) -> bool:
    """Tell whether what a row was judged by still stands: the same customer, or still none."""
    if customer is None or row.customer_id is None:
        return customer is None and row.customer_id is None
    seen = customer.id == row.customer_id and customer.version == row.version
    return seen and all(_plain(getattr(customer, name)) == was for name, was in row.earlier.items())


def restored(row: ImportRow, customer: Customer) -> dict[str, Any]:
    """Return the values that undoing brings back; what a machine has found out since stays."""
    return {
        name: was
        for name, was in row.earlier.items()
        if _plain(getattr(customer, name)) == row.fields.get(name)
    }


def _read(texts: Mapping[str, str]) -> tuple[dict[str, Any], list[FieldFault]]:
    fields: dict[str, Any] = {}
    faults: list[FieldFault] = []
    for name, text in texts.items():
        if name not in _NUMBERS:
            fields[name] = text if name == "comment" else _BREAKS.sub(" ", text)
        elif number := _NUMBER.fullmatch(text):
            fields[name] = int(number[1])
        else:
            faults.append(FieldFault(field=name, code="number_expected", message="this is no number"))
    return fields, faults + field_faults(fields)


def _is_same(said: Any, stored: Any) -> bool:
    if isinstance(said, str) and isinstance(stored, str):
        return said in {stored, stored.strip()}
    return bool(said == stored)


def _fault(record: Record) -> Reason:
    return Reason(code=record.fault, detail=f"line {record.line}")


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) else value


def _cut(texts: Mapping[str, str]) -> dict[str, str]:
    # What is refused is kept to be corrected; nobody corrects ten megabytes by hand.
    return {name: text[:_MOST_CELL] for name, text in texts.items()}
