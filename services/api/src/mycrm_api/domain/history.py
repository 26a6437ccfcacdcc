"""The history of customers: who changed what, when, and what it was before.

What one act changes is one change with one id, however many customers it concerns, and can be undone by that id.
What machines find out (contact dates, checks) is no history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from mycrm_api.domain.customers import WRITABLE, Customer
from mycrm_api.domain.deleted_customers import Gone

How = Literal["added", "edited", "imported", "undone", "deleted", "restored"]
HOWS: tuple[How, ...] = get_args(How)

# What a field was and what it became; before a customer was added its fields were None.
Changed = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerChange:
    """What somebody did to one customer; `version` is the one that the customer has since."""

    customer_id: int
    version: int
    how: How
    by: str
    changed: Changed


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """A change as it is kept; `by_name` is the account's name, None where the account is gone."""

    id: int
    customer_id: int
    version: int
    how: How
    by: str
    by_name: str | None
    at: datetime
    change_id: str
    undoes: str | None
    changed: Changed


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryList:
    """Which part of a customer's history is asked for, the newest change first."""

    customer_id: int
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What somebody does at once, to one customer or to many; it has an id by which it can be undone."""

    id: str
    by: str
    undoes: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A customer after an act; `change_id` undoes it, None where nothing changed.

    `deleted_before` is who was deleted with the address of a customer that was added.
    """

    customer: Customer
    change_id: str | None
    deleted_before: Gone | None = None


def how_of(word: str) -> How:
    """Return the kind of change that a stored word means."""
    if word not in HOWS:
        message = f"no kind of change: {word}"
        raise ValueError(message)
    return word


def differences(before: Customer, after: Customer) -> Changed:
    """Return what an edit changed of the fields that people write."""
    pairs = {name: (_plain(getattr(before, name)), _plain(getattr(after, name))) for name in WRITABLE}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def beginnings(customer: Customer) -> Changed:
    """Return what a customer began with, as changes from nothing; what was left empty is not told."""
    values = {name: _plain(getattr(customer, name)) for name in WRITABLE}
    return {name: (None, value) for name, value in values.items() if value != ""}


def is_addition(change: CustomerChange | HistoryEntry) -> bool:
    """Tell whether the customer came into being by this change."""
    return change.how in {"added", "imported"} and change.changed.get("email", ("", ""))[0] is None


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) else value
