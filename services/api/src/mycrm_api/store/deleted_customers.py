"""Deleted customers in the database: a table of their own, so that they block no address and cost no list anything.

A row moves between the two tables by statements alone, all of its columns with it. The marks of its follow-up hang
on the row in `customers` and would fall with it, so they travel in columns of the deleted one.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, delete, func, insert, literal, or_, select
from sqlalchemy.exc import IntegrityError

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.customers import Validity
from mycrm_api.domain.deleted_customers import DeletedCustomer, DeletedList, Gone
from mycrm_api.store.customers import CUSTOMER_FIELDS
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.pieces import pieces
from mycrm_api.store.signatures import names_of
from mycrm_common.db.dialects import is_duplicate
from mycrm_common.db.tables.customers import address_changes, customer_history, customers, deleted_customers
from mycrm_common.db.tables.followups import followup_marks
from mycrm_common.db.types import UtcDateTime
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.keys import text_key
from mycrm_common.work import Reading, Work

_KEYS = ("email_key", "name_key", "company_key")
_MARKS = ("snoozed_until", "done_at")
_ORDER = Order(id=deleted_customers.c.id, by=deleted_customers.c.deleted_at, descending=True)
_GONE = tuple(
    deleted_customers.c[name] for name in ("id", "name", "email", "company", "version", "deleted_at")
)


async def remove_some(work: Work, customer_ids: Iterable[int], *, by: str) -> None:
    """Move customers out of the list, to those that were deleted; `by` signs for it."""
    kept = [*CUSTOMER_FIELDS, *_KEYS]
    for some in pieces(customer_ids):
        rows = (
            select(
                *(customers.c[name] for name in kept),
                *(followup_marks.c[name] for name in _MARKS),
                literal(work.at, UtcDateTime()),
                literal(by),
            )
            .outerjoin(followup_marks, followup_marks.c.customer_id == customers.c.id)
            .where(customers.c.id.in_(some))
        )
        moved = insert(deleted_customers).from_select([*kept, *_MARKS, "deleted_at", "deleted_by"], rows)
        await work.connection.execute(moved)
        await work.connection.execute(delete(customers).where(customers.c.id.in_(some)))


async def put_back(work: Work, customer_ids: Iterable[int]) -> None:
    """Move deleted customers back into the list, each as the next version of what it was."""
    gone = deleted_customers.c
    kept = [name for name in (*CUSTOMER_FIELDS, *_KEYS) if name not in {"version", "updated_at"}]
    alone = case((gone.company_key == "", gone.last_contact_date))
    for some in pieces(customer_ids):
        these = gone.id.in_(some)
        rows = select(
            *(gone[name] for name in kept), gone.version + 1, literal(work.at, UtcDateTime()), alone
        )
        names = [*kept, "version", "updated_at", "company_last_contact"]
        try:
            await work.connection.execute(
                insert(customers).from_select(names, rows.where(these).order_by(gone.id))
            )
        except IntegrityError as error:
            if is_duplicate(error):
                # Somebody has taken an address since it was looked at; whoever looks again will see who.
                raise MyCRMError("database_busy", Kind.UNAVAILABLE, retry_after=1) from error
            raise
        marked = select(gone.id, *(gone[name] for name in _MARKS)).where(
            these, or_(*(gone[name].is_not(None) for name in _MARKS))
        )
        await work.connection.execute(insert(followup_marks).from_select(["customer_id", *_MARKS], marked))
        await work.connection.execute(delete(deleted_customers).where(these))


async def gone(reading: Reading, customer_ids: Iterable[int]) -> list[Gone]:
    """Return those of these customers that are deleted."""
    found: list[Gone] = []
    for some in pieces(customer_ids):
        rows = await reading.connection.execute(_some_gone(some))
        found += [_gone(row) for row in rows]
    return found


async def hold_gone(work: Work, customer_ids: Iterable[int]) -> list[Gone]:
    """Return those of these customers that are deleted, and let nobody else bring them back or forget them."""
    found: list[Gone] = []
    for some in pieces(customer_ids):
        rows = await work.connection.execute(_some_gone(some).with_for_update())
        found += [_gone(row) for row in rows]
    return found


async def last_gone(reading: Reading, email_key: str, *, since: datetime) -> Gone | None:
    """Return who had an address and was deleted last, not before `since`."""
    last = (
        select(*_GONE)
        .where(deleted_customers.c.email_key == email_key, deleted_customers.c.deleted_at > since)
        .order_by(deleted_customers.c.deleted_at.desc(), deleted_customers.c.id.desc())
        .limit(1)
    )
    row = (await reading.connection.execute(last)).first()
    return _gone(row) if row else None


async def page(reading: Reading, wanted: DeletedList) -> Page[DeletedCustomer]:
    """Return one page of the deleted customers, the last that were deleted first."""
    listing = Listing(sort="-deleted_at", kinds=(datetime, int), filters={"q": wanted.q})
    cursor = listing.read(wanted.cursor)
    meant = _meant(wanted)
    rows = select(deleted_customers).where(*meant)
    found = await walk(reading, rows, _ORDER, cursor=cursor, limit=wanted.limit + 1)
    turned = turn(
        found, lambda row: (row.deleted_at, row.id), cursor=cursor, listing=listing, limit=wanted.limit
    )
    names = await names_of(reading, (row.deleted_by for row in turned.rows))
    counted = select(func.count()).select_from(deleted_customers).where(*meant)
    return Page(
        items=[_deleted(row, names) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=int((await reading.connection.execute(counted)).scalar_one()),
    )


async def forget_some(work: Work, *, before: datetime, limit: int) -> int:
    """Remove those for good that were deleted before a moment, and return how many.

    Their history goes with them, but for the line that says who deleted the customer and when: it tells nothing of
    the customer, and keeps an id from being given twice.
    """
    oldest = (
        select(deleted_customers.c.id)
        .where(deleted_customers.c.deleted_at <= before)
        .order_by(deleted_customers.c.deleted_at)
        .limit(limit)
        .with_for_update()
    )
    ids = sorted((await work.connection.execute(oldest)).scalars())
    if ids:
        told = customer_history.c
        await work.connection.execute(
            delete(customer_history).where(told.customer_id.in_(ids), told.how != "deleted")
        )
        await work.connection.execute(delete(address_changes).where(address_changes.c.customer_id.in_(ids)))
        await work.connection.execute(delete(deleted_customers).where(deleted_customers.c.id.in_(ids)))
    return len(ids)


def _gone(row: Row[Any]) -> Gone:
    return Gone(**{column.name: getattr(row, column.name) for column in _GONE})


def _some_gone(ids: list[int]) -> Select[Any]:
    return select(*_GONE).where(deleted_customers.c.id.in_(ids)).order_by(deleted_customers.c.id)


def _meant(wanted: DeletedList) -> list[ColumnElement[bool]]:
    meant = [deleted_customers.c.deleted_at > wanted.since]
    sought = text_key(wanted.q)
    if sought:
        columns = [deleted_customers.c[name] for name in _KEYS]
        meant.append(or_(*(column.contains(sought, autoescape=True) for column in columns)))
    return meant


def _deleted(row: Row[Any], names: dict[str, str]) -> DeletedCustomer:
    values = {name: getattr(row, name) for name in CUSTOMER_FIELDS}
    return DeletedCustomer(
        **values | {"valid": Validity(row.valid)},
        deleted_at=row.deleted_at,
        deleted_by=row.deleted_by,
        deleted_by_name=names.get(row.deleted_by),
    )
