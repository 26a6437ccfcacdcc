"""Bring the search index up to what was changed.

A round takes some thousands of changes, reads those customers as they stand now, and adds them chunk by chunk, in
transactions so small that nobody waits for one. A change is forgotten last: whatever breaks off is done again, and
whoever changes a customer meanwhile has written another change down.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from mycrm_api.domain.grams import grams_of
from mycrm_api.domain.id_sets import SPAN
from mycrm_api.ports.search import Change, Gram, IndexedTexts, SearchIndex
from mycrm_common.work import ReadingRoom, UnitOfWork

# So many changes, and letters, are held in memory at once; a chunk is written in pieces of so many grams.
_MOST_CHANGES = 8_192
_MOST_LETTERS = 3_000_000
_READ_AT_ONCE = 200
_WRITTEN_AT_ONCE = 400
_MOST_FORGOTTEN = 1_000

Places = dict[Gram, list[int]]


async def indexing_is_due(*, index: SearchIndex, reading: ReadingRoom) -> bool:
    """Tell whether anything waits."""
    async with reading() as look:
        return await index.anything_waits(look)


async def index_customers(*, index: SearchIndex, unit: UnitOfWork, reading: ReadingRoom) -> None:
    """Index what was changed until nothing waits."""
    while await _round(index=index, unit=unit, reading=reading):
        pass


async def _round(*, index: SearchIndex, unit: UnitOfWork, reading: ReadingRoom) -> int:
    async with reading() as look:
        changes = await index.waiting(look, most=_MOST_CHANGES)
    chunks, covered = await _gathered(changes, index=index, reading=reading)
    for chunk, places in chunks.items():
        async with unit() as work:
            await index.add_chunk(work, chunk)
        for piece in _pieces(places):
            async with unit() as work:
                await index.add(work, chunk, piece)
    done = [change.id for change in changes if change.customer_id in covered]
    for at in range(0, len(done), _MOST_FORGOTTEN):
        async with unit() as work:
            await index.forget(work, done[at : at + _MOST_FORGOTTEN])
    return len(done)


async def _gathered(
    changes: Sequence[Change], *, index: SearchIndex, reading: ReadingRoom
) -> tuple[dict[int, Places], set[int]]:
    """Return the places of these customers by chunk and gram, and whom that covers: as many as fit into memory."""
    ids = list(dict.fromkeys(change.customer_id for change in changes))
    chunks: dict[int, Places] = {}
    covered: set[int] = set()
    letters = 0
    for at in range(0, len(ids), _READ_AT_ONCE):
        if letters > _MOST_LETTERS:
            break
        some = ids[at : at + _READ_AT_ONCE]
        async with reading() as look:
            records = await index.texts_of(look, some)
        for record in records:
            letters += _place(record, chunks.setdefault(record.customer_id // SPAN, {}))
        covered.update(some)
        await asyncio.sleep(0)  # Others have their turn between two pieces.
    return chunks, covered


def _place(record: IndexedTexts, places: Places) -> int:
    """Note where the grams of a customer are, and return how many letters were read."""
    place = record.customer_id % SPAN
    for field, text in record.texts.items():
        for gram in grams_of(text):
            known = places.get((gram, field))
            if known is None:
                places[gram, field] = [place]
            else:
                known.append(place)
    return sum(map(len, record.texts.values()))


def _pieces(places: Places) -> Iterator[Mapping[Gram, Sequence[int]]]:
    # All fields of a gram lie together in the table.
    rest = iter(sorted(places))
    while piece := list(islice(rest, _WRITTEN_AT_ONCE)):
        yield {gram: places[gram] for gram in piece}
