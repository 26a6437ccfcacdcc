"""What the rows of imports mean, in the database."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.import_rows import Cause, ImportRow, Reason
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.pieces import pieces
from mycrm_common.db.tables.customers import customers, deleted_customers
from mycrm_common.db.tables.imports import import_rows
from mycrm_common.work import Reading, Work

_C = import_rows.c
_ORDER = Order(id=_C.number)


async def page(
    reading: Reading,
    import_id: int,
    *,
    kinds: Sequence[str],
    reason: str | None,
    cursor: str | None,
    limit: int,
) -> Page[ImportRow]:
    """Return a page of an import's rows, in the order of the file."""
    filters = {"import_id": import_id, "kinds": sorted(set(kinds)), "reason": reason}
    listing = Listing(sort="number", kinds=(int,), filters=filters)
    place = listing.read(cursor)
    some = _some(import_id, kinds)
    wanted = some if reason is None else some.where(_C.reason == reason)
    found = await walk(reading, wanted, _ORDER, cursor=place, limit=limit + 1)
    turned = turn(found, lambda row: (row.number,), cursor=place, listing=listing, limit=limit)
    return Page(
        items=[_row(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=None,
    )


async def after(
    reading: Reading, import_id: int, *, number: int, kinds: Sequence[str], limit: int
) -> list[ImportRow]:
    """Return the rows that follow a number."""
    some = _some(import_id, kinds).where(_C.number > number).order_by(_C.number).limit(limit)
    return [_row(row) for row in await reading.connection.execute(some)]


async def by_email(reading: Reading, import_id: int, keys: Iterable[str]) -> list[ImportRow]:
    """Return the rows of these addresses."""
    found: list[ImportRow] = []
    for some in pieces(keys):
        rows = select(import_rows).where(_C.import_id == import_id, _C.email_key.in_(some))
        found += [_row(row) for row in await reading.connection.execute(rows)]
    return found


async def in_state(work: Work, import_id: int, state: str, *, limit: int) -> list[ImportRow]:
    """Return the first rows in that state."""
    some = select(import_rows).where(_C.import_id == import_id, _C.state == state)
    rows = await work.connection.execute(some.order_by(_C.number).limit(limit))
    return [_row(row) for row in rows]


async def put(work: Work, import_id: int, rows: Sequence[ImportRow]) -> None:
    """Write rows down, over what was there under their numbers."""
    for numbers in pieces(row.number for row in rows):
        these = delete(import_rows).where(_C.import_id == import_id, _C.number.in_(numbers))
        await work.connection.execute(these)
    if rows:
        await work.connection.execute(insert(import_rows), [_values(import_id, row) for row in rows])


async def settle(
    work: Work, import_id: int, numbers: Iterable[int], *, state: str, reason: Reason | None = None
) -> None:
    """Write down what has become of rows; a reason makes them conflicts."""
    told: dict[str, Any] = {"state": state}
    if reason is not None:
        told |= {
            "kind": "conflict",
            "reason": reason.code,
            "reason_field": reason.field,
            "reason_detail": reason.detail,
        }
    for some in pieces(numbers):
        await work.connection.execute(
            update(import_rows).where(_C.import_id == import_id, _C.number.in_(some)).values(**told)
        )


async def settle_added(work: Work, import_id: int, numbers: Iterable[int]) -> None:
    """Write down that the customers of these rows have been added, and who they are."""
    who = select(customers.c.id).where(customers.c.email_key == _C.email_key).scalar_subquery()
    for some in pieces(numbers):
        await work.connection.execute(
            update(import_rows)
            .where(_C.import_id == import_id, _C.number.in_(some))
            .values(state="done", customer_id=who)
        )


async def deleted_before(
    reading: Reading, keys: Iterable[str], *, since: datetime
) -> dict[str, tuple[int, str, datetime]]:
    """Return who of these addresses was deleted since a moment: id, name and when, the last of each."""
    found: dict[str, tuple[int, str, datetime]] = {}
    gone = deleted_customers.c
    for some in pieces(keys):
        rows = (
            select(gone.email_key, gone.id, gone.name, gone.deleted_at)
            .where(gone.email_key.in_(some), gone.deleted_at > since)
            .order_by(gone.deleted_at, gone.id)
        )
        for row in await reading.connection.execute(rows):
            found[row.email_key] = row.id, row.name, row.deleted_at
    return found


async def clear(work: Work, import_id: int, *, limit: int) -> bool:
    """Remove some rows; False when there was none."""
    some = select(_C.number).where(_C.import_id == import_id).order_by(_C.number).limit(limit)
    numbers = list((await work.connection.execute(some)).scalars())
    if numbers:
        await work.connection.execute(
            delete(import_rows).where(
                _C.import_id == import_id, _C.number >= numbers[0], _C.number <= numbers[-1]
            )
        )
    return bool(numbers)


async def counts(reading: Reading, import_id: int) -> Mapping[str, int]:
    """Count the rows by kind."""
    counted = select(_C.kind, func.count()).where(_C.import_id == import_id).group_by(_C.kind)
    return {row[0]: int(row[1]) for row in await reading.connection.execute(counted)}


async def causes(reading: Reading, import_id: int, *, limit: int) -> list[Cause]:
    """Return why rows are not taken, the most frequent cause first."""
    count = func.count().label("count")
    found = (
        select(_C.reason, _C.reason_field, count)
        .where(_C.import_id == import_id, _C.kind.in_(("conflict", "invalid")))
        .group_by(_C.reason, _C.reason_field)
        .order_by(count.desc(), _C.reason, _C.reason_field)
        .limit(limit)
    )
    rows = await reading.connection.execute(found)
    return [Cause(code=row[0], field=row[1], count=int(row[2])) for row in rows]


def _some(import_id: int, kinds: Sequence[str]) -> Select[Any]:
    rows = select(import_rows).where(_C.import_id == import_id)
    return rows.where(_C.kind.in_(kinds)) if kinds else rows


def _values(import_id: int, row: ImportRow) -> dict[str, Any]:
    reason = row.reason or Reason(code="")
    return {
        "import_id": import_id,
        "number": row.number,
        "line": row.line,
        "kind": row.kind,
        "state": row.state,
        "email": _storable(row.email),
        "email_key": row.email_key,
        # In ASCII, for what is invalid may hold halves of letters, which no database takes.
        "fields": json.dumps(row.fields),
        "earlier": json.dumps(row.earlier),
        "customer_id": row.customer_id,
        "version": row.version,
        "reason": reason.code,
        "reason_field": reason.field,
        "reason_detail": _storable(reason.detail),
    }


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _row(row: Row[Any]) -> ImportRow:
    reason = Reason(code=row.reason, field=row.reason_field, detail=row.reason_detail) if row.reason else None
    return ImportRow(
        number=row.number,
        line=row.line,
        kind=row.kind,
        email=row.email,
        fields=json.loads(row.fields),
        earlier=json.loads(row.earlier),
        state=row.state,
        email_key=row.email_key,
        customer_id=row.customer_id,
        version=row.version,
        reason=reason,
    )
