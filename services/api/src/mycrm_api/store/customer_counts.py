"""How many customers there are, as it was counted some moments ago, and marks along the sorted lists."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select

from mycrm_api.domain.customer_lists import Counts
from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.lists import customer_counts, list_upkeep
from mycrm_common.work import Reading, Work


async def known_counts(reading: Reading) -> Counts:
    """Return how many customers there were of each rating and validity when they were last counted."""
    rows = await reading.connection.execute(select(customer_counts))
    return {(row.importance, row.valid): row.customers for row in rows}


async def count_all(reading: Reading) -> Counts:
    """Count the customers of each rating and validity."""
    pair = (customers.c.importance, customers.c.valid)
    rows = await reading.connection.execute(select(*pair, func.count()).group_by(*pair))
    return {(row[0], row[1]): int(row[2]) for row in rows}


async def put_counts(work: Work, counts: Counts) -> None:
    """Keep what was counted."""
    await work.connection.execute(delete(customer_counts))
    rows = [
        {"importance": importance, "valid": valid, "customers": many}
        for (importance, valid), many in counts.items()
    ]
    if rows:
        await work.connection.execute(insert(customer_counts), rows)


async def done_at(reading: Reading) -> dict[str, datetime]:
    """Return when each part of the upkeep was last done."""
    rows = await reading.connection.execute(select(list_upkeep))
    return {row.name: row.done_at for row in rows}


async def note_done(work: Work, name: str) -> None:
    """Note that a part of the upkeep is done as of now."""
    row = {"name": name, "done_at": work.at}
    await work.connection.execute(upsert(work.connection, list_upkeep, row, key="name"))
