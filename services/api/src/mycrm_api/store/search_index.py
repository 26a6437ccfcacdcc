"""Writing the search index, from what was changed.

Ids are only ever added to a set: who no longer has a gram is seen through when it is found, and an index that is
written twice, or half, is none the worse. So it may be written in small transactions, and each change is forgotten
after the last of them.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from mycrm_api.domain.id_sets import joined, size_of
from mycrm_api.domain.search import TEXT_FIELDS, searchable
from mycrm_api.ports.search import Change, Gram, IndexedTexts
from mycrm_api.store.customer_counts import note_done
from mycrm_common.db.dialects import among, insert_ignoring, upsert_rows
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.search import search_changes as changes
from mycrm_common.db.tables.search import search_chunks as chunks
from mycrm_common.db.tables.search import search_grams as grams
from mycrm_common.work import Reading, Work


async def anything_waits(reading: Reading) -> bool:
    """Tell whether something was changed that is not in the index."""
    return (await reading.connection.execute(select(changes.c.id).limit(1))).first() is not None


async def count_waiting(reading: Reading) -> int:
    """Count the changes that are not in the index."""
    counted = select(func.count()).select_from(changes)
    return int((await reading.connection.execute(counted)).scalar_one())


async def waiting(reading: Reading, *, most: int) -> list[Change]:
    """Return some of what was changed: by hand before in bulk, and the oldest first."""
    rows = await reading.connection.execute(
        select(changes.c.id, changes.c.customer_id).order_by(changes.c.in_bulk, changes.c.id).limit(most)
    )
    return [Change(id=row.id, customer_id=row.customer_id) for row in rows]


async def texts_of(reading: Reading, customer_ids: Sequence[int]) -> list[IndexedTexts]:
    """Return the searchable texts of these customers, those that are still there, by id."""
    columns = [customers.c.id, *(customers.c[name] for name in TEXT_FIELDS)]
    rows = await reading.connection.execute(
        select(*columns).where(among(customers.c.id, customer_ids)).order_by(customers.c.id)
    )
    return [
        IndexedTexts(
            customer_id=row.id,
            texts={number: searchable(name, getattr(row, name)) for name, number in TEXT_FIELDS.items()},
        )
        for row in rows
    ]


async def add_chunk(work: Work, chunk: int) -> None:
    """Let searches look into a chunk."""
    await work.connection.execute(insert_ignoring(work.connection, chunks).values(chunk=chunk))


async def add(work: Work, chunk: int, places: Mapping[Gram, Sequence[int]]) -> None:
    """Add places of a chunk to the sets of these grams."""
    present = await _present(work, chunk, {gram for gram, _ in places})
    rows = []
    for (gram, field), added in places.items():
        before = present.get((gram, field))
        ids = joined(before, added)
        if ids == before:
            continue
        members = size_of(ids)
        rows.append({"chunk": chunk, "gram": gram, "field": field, "members": members, "ids": ids})
    if rows:
        await work.connection.execute(upsert_rows(work.connection, grams), rows)


async def forget(work: Work, change_ids: Sequence[int]) -> None:
    """Forget changes that are in the index now; what is kept of the lists is older than they are."""
    await note_done(work, "search")
    await work.connection.execute(delete(changes).where(among(changes.c.id, change_ids)))


async def _present(work: Work, chunk: int, named: set[str]) -> dict[Gram, bytes]:
    rows = await work.connection.execute(
        select(grams.c.gram, grams.c.field, grams.c.ids).where(
            grams.c.chunk == chunk, grams.c.gram.in_(sorted(named))
        )
    )
    return {(gram, field): ids for gram, field, ids in rows}
