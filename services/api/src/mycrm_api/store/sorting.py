"""By which columns customers are sorted, and along which indexes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row

from mycrm_api.domain.cursors import Key
from mycrm_api.store.keyset import Order
from mycrm_common.db.tables.customers import LETTERED, customers
from mycrm_common.db.types import UtcDateTime

_KEYED = {"name": "name_key", "email": "email_key", "company": "company_key"}
_NUMBERS = frozenset({"importance", "valid", "version"})
_INDEXES = {"id": "PRIMARY", "email": "uq_customers_email_key", "company_last_contact": ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorting:
    """How the list is sorted by one column."""

    column: str
    kind: type

    @property
    def key(self) -> Column[Any]:
        """The column that is compared."""
        name = f"{self.column}_letters" if self.column in LETTERED else _KEYED.get(self.column, self.column)
        return customers.c[name]

    @property
    def index(self) -> str:
        """The index in which the rows lie in this order, as MariaDB calls it; empty where there is none."""
        return _INDEXES.get(self.column, f"ix_customers_{self.key.name}")

    @property
    def kinds(self) -> tuple[type, ...]:
        """Of which types a cursor's keys are."""
        return (int,) if self.column == "id" else (self.kind, int)

    def order(self, *, descending: bool, values: Mapping[Any, tuple[int, ...]] | None = None) -> Order:
        """Return what the rows are sorted by; of some columns only these values may be asked for."""
        if self.column == "id":
            return Order(id=customers.c.id, descending=descending)
        return Order(
            id=customers.c.id,
            by=self.key,
            descending=descending,
            is_nullable=bool(customers.c[self.column].nullable),
            is_unique=self.column == "email",
            values=(values or {}).get(self.key),
        )

    def keys_of(self, row: Row[Any]) -> tuple[Key, ...]:
        """Return a row's keys, as a cursor keeps them."""
        return (row.id,) if self.column == "id" else (getattr(row, self.key.name), row.id)


def sorting_by(column: str) -> Sorting:
    """Return how customers are sorted by a column of theirs."""
    moments = isinstance(customers.c[column].type, UtcDateTime)
    return Sorting(column=column, kind=datetime if moments else int if column in _NUMBERS else str)
