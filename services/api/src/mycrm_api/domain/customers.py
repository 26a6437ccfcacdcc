"""Customers: what they are, what may be written, and what an edit changes.

`version` rises with edits by people and imports alone. What machines find out (contact dates, checks) leaves it,
and `updated_at`, as they are, so that it never makes a person's edit stale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import IntEnum
from typing import Any

from mycrm_api.domain.texts import number_faults, text_faults
from mycrm_common.errors import FieldFault, Kind, MyCRMError

MOST_IMPORTANCE = 5
MOST_COMMENT = 50_000

# How long each line of text may be; a test holds this against the columns of the table.
LENGTHS: Mapping[str, int] = {
    "name": 255,
    "email": 320,
    "company": 255,
    "country": 100,
    "address": 512,
    "phone": 100,
    "website": 512,
}


class Validity(IntEnum):
    """Whether mail reaches the address, in the field's own codes."""

    INVALID = 0
    VALID = 1
    UNCONFIRMED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """One customer as it stands."""

    id: int
    name: str
    email: str
    importance: int
    company: str
    country: str
    address: str
    phone: str
    website: str
    comment: str
    last_contact_date: datetime | None
    last_checked_date: datetime | None
    last_checked_log: str
    valid: Validity
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCustomer:
    """A customer to be added."""

    email: str
    name: str = ""
    importance: int = 0
    company: str = ""
    country: str = ""
    address: str = ""
    phone: str = ""
    website: str = ""
    comment: str = ""
    valid: int = Validity.UNCONFIRMED


WRITABLE = tuple(field.name for field in fields(NewCustomer))
SORTABLE = tuple(field.name for field in fields(Customer))
READ_ONLY = tuple(name for name in SORTABLE if name not in WRITABLE)

_MOVES_COMPANY_CONTACT = frozenset({"company", "valid", "email"})


def field_faults(changes: Mapping[str, Any]) -> list[FieldFault]:
    """Return what is wrong with these fields of a customer, beyond their types and the e-mail's form."""
    faults: list[FieldFault] = []
    for name, value in changes.items():
        if name in LENGTHS:
            faults += text_faults(name, value, most=LENGTHS[name])
        elif name == "comment":
            faults += text_faults(name, value, most=MOST_COMMENT, lines=True)
        elif name == "importance":
            faults += number_faults(name, value, least=0, most=MOST_IMPORTANCE)
        elif name == "valid" and value not in tuple(Validity):
            message = "0 invalid, 1 valid, 2 unconfirmed"
            faults.append(FieldFault(field=name, code="choice_unknown", message=message))
    return faults


def edited(before: Customer, changes: Mapping[str, Any], *, at: datetime) -> Customer:
    """Return the customer after an edit: the next version, or the very same record where nothing changes."""
    after = replace(before, **changes)
    if not changed_fields(before, after):
        return before
    return replace(after, valid=Validity(after.valid), version=before.version + 1, updated_at=at)


def changed_fields(before: Customer, after: Customer) -> tuple[str, ...]:
    """Return the names of the fields that people write and that differ."""
    return tuple(name for name in WRITABLE if getattr(before, name) != getattr(after, name))


def moves_company_contact(changes: Mapping[str, Any]) -> bool:
    """Tell whether an edit of these fields can change when a company was last contacted."""
    return not _MOVES_COMPANY_CONTACT.isdisjoint(changes)


def check_version(customer: Customer, expected: int | None) -> None:
    """Refuse an edit by somebody who has not seen the record as it stands; None means that nobody asked."""
    if expected is not None and expected != customer.version:
        raise MyCRMError(
            "customer_version_stale",
            Kind.CONFLICT,
            f"version {expected} was changed; the record is at {customer.version} now",
            context={"current": customer.version, "yours": expected},
        )


def sort_of(sort: str) -> tuple[str, bool]:
    """Return the column to sort by and whether it is descending."""
    column = sort.removeprefix("-")
    if column not in SORTABLE:
        fault = FieldFault(field="sort", code="choice_unknown", message=f"one of {', '.join(SORTABLE)}")
        raise MyCRMError("request_invalid", Kind.INVALID, f"there is no column {column[:40]}", errors=[fault])
    return column, sort != column


def newest(*moments: datetime | None) -> datetime | None:
    """Return the latest of some moments, None where there is none."""
    return max((moment for moment in moments if moment is not None), default=None)
