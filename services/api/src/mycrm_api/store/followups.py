"""The follow-up list, and what people noted of it.

By waiting time, each rating and validity is one walk along the index (importance, valid, company_last_contact, id)
in which every row is due; the walks, twelve at most, are merged. So a page costs the same whether a thousand or a
million customers are due. A row that a mark hides is passed over.

By another column there are two ways, and the database cannot choose between them, since it does not know how many
are due until it has counted: few of them are found along that index and sorted; of many, the next ones are met soon
on a walk along the sorted column. The count that the page needs anyway decides.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from mycrm_api.domain.cursors import Cursor, Listing, Page
from mycrm_api.domain.customers import Validity
from mycrm_api.domain.followups import (
    LONGEST_WAITING,
    Followup,
    FollowupList,
    FollowupMark,
    due_since,
    followup_sort_of,
)
from mycrm_api.store.customers import CUSTOMER_FIELDS
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.sorting import sorting_by
from mycrm_common.db.dialects import looked_at, through_index, upsert
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.followups import followup_marks as marks
from mycrm_common.db.types import UtcDateTime
from mycrm_common.work import Reading, Work

# As many are counted, and no more unless somebody asks for it; this many are sorted.
MOST_COUNTED = 10_000
MOST_SORTED = 5_000

# Before any mail, and the first year that MariaDB can compare.
_LONG_AGO = datetime(1000, 1, 1, tzinfo=UTC)
_ANY_NUMBER = 2**62

_NOT_INVALID = (Validity.VALID, Validity.UNCONFIRMED)
_since = customers.c.company_last_contact
_MARKED = customers.outerjoin(marks, marks.c.customer_id == customers.c.id)
_ROW = (*customers.c, marks.c.snoozed_until, marks.c.done_at)


async def page(reading: Reading, wanted: FollowupList) -> Page[Followup]:
    """Return one page of the list; `total` is None where there are more than are counted unasked."""
    column, descending = followup_sort_of(wanted.sort)
    sorting = sorting_by(column)
    rule = wanted.rule
    filters = {
        "operator": rule.operator,
        "importance": rule.importance,
        "days": rule.days,
        "hidden": wanted.hidden,
    }
    listing = Listing(sort=wanted.sort, kinds=sorting.kinds, filters=filters)
    cursor = listing.read(wanted.cursor)
    total = await count(reading, wanted)
    find = _by_waiting if column == LONGEST_WAITING and not wanted.hidden else _by_column
    values = {customers.c.importance: rule.importances, customers.c.valid: _NOT_INVALID}
    order = sorting.order(descending=descending, values=values)
    found = await find(reading, wanted, order, cursor=cursor, total=total)
    turned = turn(found, sorting.keys_of, cursor=cursor, listing=listing, limit=wanted.limit)
    return Page(
        items=[_followup_of(row, wanted) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=total,
    )


async def count(reading: Reading, wanted: FollowupList) -> int | None:
    """Count the whole list, or return None where there are too many to count unasked."""
    ids = _ids(wanted)
    if not wanted.exact:
        ids = ids.limit(MOST_COUNTED + 1)
    counted = select(func.count()).select_from(ids.subquery())
    found = int((await reading.connection.execute(counted)).scalar_one())
    return found if wanted.exact or found <= MOST_COUNTED else None


async def put_snooze(work: Work, customer_id: int, until: datetime | None) -> None:
    """Write down until when a customer is put off."""
    row = {"customer_id": customer_id, "snoozed_until": until}
    await work.connection.execute(upsert(work.connection, marks, row, key="customer_id"))


async def put_done(work: Work, customer_id: int, done_at: datetime | None) -> None:
    """Write down when a customer was done with."""
    row = {"customer_id": customer_id, "done_at": done_at}
    await work.connection.execute(upsert(work.connection, marks, row, key="customer_id"))


async def mark_of(reading: Reading, customer_id: int) -> FollowupMark:
    """Return what is noted of a customer; nothing, where nobody noted anything."""
    row = (await reading.connection.execute(select(marks).where(marks.c.customer_id == customer_id))).first()
    return FollowupMark(
        customer_id=customer_id,
        snoozed_until=row.snoozed_until if row else None,
        done_at=row.done_at if row else None,
    )


async def _by_waiting(
    reading: Reading, wanted: FollowupList, order: Order, *, cursor: Cursor | None, total: int | None
) -> list[Row[Any]]:
    """Return the rows that follow a cursor by waiting time, one more than the page holds."""
    del total
    limit = wanted.limit + 1
    ids: list[int] = []
    for condition, by in _walks(wanted, order, cursor):
        merged = _merged(wanted, condition, by, limit=limit - len(ids))
        if merged is not None:
            ids += (await reading.connection.execute(merged)).scalars()
        if len(ids) >= limit:
            break
    rows = await reading.connection.execute(select(*_ROW).select_from(_MARKED).where(customers.c.id.in_(ids)))
    found = {row.id: row for row in rows}
    return [found[one] for one in ids if one in found]


def _walks(
    wanted: FollowupList, order: Order, cursor: Cursor | None
) -> Iterator[tuple[ColumnElement[bool], Order]]:
    """Return conditions and orders that are walks along the index.

    Those who were never contacted are a walk of their own, by id: MariaDB would sort what is all NULL.
    """
    falls = order.descending != (cursor is not None and cursor.backwards)
    never, long_ago = _since.is_(None), _since < wanted.contacted_before
    for step, by in [(true(), order)] if cursor is None else order.steps(cursor):
        for part in (long_ago, never) if falls else (never, long_ago):
            is_by_id = part is never or by.by is None
            yield and_(step, part), Order(id=order.id, by=None if is_by_id else order.by, descending=falls)


def _merged(
    wanted: FollowupList, condition: ColumnElement[bool], by: Order, *, limit: int
) -> Select[Any] | None:
    sides = [
        select(customers.c.id, _since)
        .select_from(_MARKED)
        .where(
            customers.c.importance == importance,
            customers.c.valid == int(valid),
            condition,
            _is_shown(wanted),
        )
        .order_by(*by.clauses(backwards=False))
        .limit(limit)
        .subquery()
        for importance, valid in product(wanted.rule.importances, _NOT_INVALID)
    ]
    if not sides:
        return None
    merged = union_all(*(select(side) for side in sides)).subquery()
    over = Order(id=merged.c.id, by=merged.c.company_last_contact, descending=by.descending)
    return select(merged.c.id).order_by(*over.clauses(backwards=False)).limit(limit)


async def _by_column(
    reading: Reading, wanted: FollowupList, order: Order, *, cursor: Cursor | None, total: int | None
) -> list[Row[Any]]:
    """Return the rows that follow a cursor by any column, one more than the page holds."""
    is_sorted = wanted.hidden or (total is not None and total <= MOST_SORTED)
    rows = _sorted_rows(wanted) if is_sorted else _walked_rows(wanted)
    rows = rows.where(*_bounds(wanted, order.by))
    return await walk(reading, rows, order, cursor=cursor, limit=wanted.limit + 1)


def _bounds(wanted: FollowupList, column: ColumnElement[Any] | None) -> list[ColumnElement[bool]]:
    """Return where in a sorted column those who are due lie; a walk would else pass all who come before them."""
    if column is customers.c.last_contact_date:
        return [or_(column.is_(None), column < wanted.contacted_before)]
    # MariaDB takes BETWEEN of two equal numbers for a reason to sort, and IN of one for none.
    if column is customers.c.importance:
        return [column.in_(wanted.rule.importances)]
    if column is customers.c.valid:
        return [column.in_(_NOT_INVALID)]
    return []


def _sorted_rows(wanted: FollowupList) -> Select[Any]:
    """Return the rows, found by their ids; neither database takes a query with a limit apart."""
    ids: Subquery = _ids(wanted).limit(_ANY_NUMBER).subquery()
    return select(*_ROW).select_from(_MARKED.join(ids, ids.c.id == customers.c.id))


def _walked_rows(wanted: FollowupList) -> Select[Any]:
    """Return the rows in such a way that no index but the sorted column's can be used."""
    rule = wanted.rule
    never = literal(_LONG_AGO, UtcDateTime)
    column, _ = followup_sort_of(wanted.sort)
    rows = (
        select(*_ROW)
        .select_from(_MARKED)
        .where(
            looked_at(customers.c.importance).in_(rule.importances),
            looked_at(customers.c.valid).in_(_NOT_INVALID),
            func.coalesce(_since, never, type_=UtcDateTime) < wanted.contacted_before,
            _is_shown(wanted),
        )
    )
    return through_index(rows, customers, sorting_by(column).index)


def _ids(wanted: FollowupList) -> Select[Any]:
    """Return the ids of all who are on the list, or of all whom a mark keeps off it."""
    ids = select(customers.c.id)
    if wanted.hidden:
        joined = marks.join(customers, customers.c.id == marks.c.customer_id)
        return ids.select_from(joined).where(_is_due(wanted), _is_hidden(wanted))
    return ids.select_from(_MARKED).where(_is_due(wanted), _is_shown(wanted))


def _is_due(wanted: FollowupList) -> ColumnElement[bool]:
    importances = wanted.rule.importances
    if not importances:
        return false()
    return and_(
        customers.c.importance.in_(importances),
        customers.c.valid.in_(_NOT_INVALID),
        or_(_since.is_(None), _since < wanted.contacted_before),
    )


def _is_shown(wanted: FollowupList) -> ColumnElement[bool]:
    return and_(
        or_(marks.c.snoozed_until.is_(None), marks.c.snoozed_until <= wanted.at),
        or_(marks.c.done_at.is_(None), marks.c.done_at < wanted.contacted_before),
    )


def _is_hidden(wanted: FollowupList) -> ColumnElement[bool]:
    return or_(marks.c.snoozed_until > wanted.at, marks.c.done_at >= wanted.contacted_before)


def _followup_of(row: Row[Any], wanted: FollowupList) -> Followup:
    values: dict[str, Any] = {name: getattr(row, name) for name in CUSTOMER_FIELDS}
    return Followup(
        **values | {"valid": Validity(row.valid)},
        company_last_contact=row.company_last_contact,
        snoozed_until=row.snoozed_until,
        done_at=row.done_at,
        due_since=due_since(row.company_last_contact, row.done_at, days=wanted.rule.days, zone=wanted.zone),
    )
