"""Many new customers at once, by a few statements however many they are."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from mycrm_api.domain.customers import NewCustomer
from mycrm_api.store.customers import row_of_new
from mycrm_api.store.pieces import pieces
from mycrm_common.db.dialects import is_duplicate
from mycrm_common.db.tables.customers import customer_history, customers, deleted_customers
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Reading, Work


async def add_some(work: Work, new: Sequence[NewCustomer]) -> list[int]:
    """Write new customers down and return their ids; is an address taken meanwhile, it is to be done again."""
    if not new:
        return []
    rows = [row_of_new(one, at=work.at) for one in new]
    first = await _first_id(work)
    if first is not None:
        rows = [row | {"id": first + place} for place, row in enumerate(rows)]
    try:
        await work.connection.execute(insert(customers), rows)
    except IntegrityError as error:
        if is_duplicate(error):
            raise MyCRMError("database_busy", Kind.UNAVAILABLE, retry_after=1) from error
        raise
    ids: list[int] = []
    for keys in pieces(str(row["email_key"]) for row in rows):
        these = select(customers.c.id).where(customers.c.email_key.in_(keys))
        ids += (await work.connection.execute(these)).scalars()
    return sorted(ids)


async def _first_id(reading: Reading) -> int | None:
    """Return from where on to number, if the highest ids have been used before: SQLite gives them again."""
    highest = [
        select(func.coalesce(func.max(column), 0)).scalar_subquery()
        for column in (customers.c.id, deleted_customers.c.id, customer_history.c.customer_id)
    ]
    present, *used = (await reading.connection.execute(select(*highest))).one()
    return max(used) + 1 if max(used) > present else None
