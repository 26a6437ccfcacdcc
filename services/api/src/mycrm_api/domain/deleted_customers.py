"""Deleted customers: kept apart for a while, so that each can be brought back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mycrm_api.domain.customers import Customer

KEPT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedCustomer(Customer):
    """A deleted customer as it stood; `deleted_by_name` is the account's name, None where that is gone."""

    deleted_at: datetime
    deleted_by: str
    deleted_by_name: str | None

    @property
    def kept_until(self) -> datetime:
        """When it is forgotten for good."""
        return self.deleted_at + KEPT


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What there is to know of a deleted customer before it is brought back."""

    id: int
    name: str
    email: str
    company: str
    version: int
    deleted_at: datetime

    def can_return(self, *, at: datetime) -> bool:
        """Tell whether it may still be brought back."""
        return at < self.deleted_at + KEPT


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedList:
    """Which part of the deleted customers is asked for, the last that were deleted first."""

    since: datetime
    q: str = ""
    cursor: str | None = None
    limit: int = 50
