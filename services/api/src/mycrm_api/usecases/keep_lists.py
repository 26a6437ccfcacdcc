"""Keep the counts of the customers, and the marks along their lists, near to what is true.

Counting a million reads an index from end to end, so it is done by one job and not for each page: soon after anything
was changed, and now and then without, for machines change validities too. Marks cost more, and are needed only of a
list that is long; they are set anew when they are old, or the list has grown or shrunk by a twentieth.
"""

from datetime import datetime, timedelta

from mycrm_api.domain.customers import SORTABLE
from mycrm_api.ports.customer_lists import CustomerCounts, ListMarks
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom, UnitOfWork

# A shorter list is counted off.
SHORTEST_MARKED = 10_000
_MARKS = 128
_UNASKED = timedelta(minutes=10)
_OLD = timedelta(minutes=10)
_CHANGED, _COUNTED, _MARKED = "search", "counts", "marks"


async def counting_is_due(*, counts: CustomerCounts, reading: ReadingRoom, clock: Clock) -> bool:
    """Tell whether anything was changed since the customers were counted, or that is long ago."""
    async with reading() as look:
        done = await counts.done_at(look)
    counted = done.get(_COUNTED)
    if counted is None:
        return True
    changed = done.get(_CHANGED)
    return (changed is not None and changed >= counted) or clock.now() - counted >= _UNASKED


async def keep_lists(
    *, counts: CustomerCounts, marks: ListMarks, unit: UnitOfWork, reading: ReadingRoom
) -> None:
    """Count the customers, and set the marks anew where they no longer serve."""
    async with unit() as work:
        began = work.at
        # Noted before it is counted: a change meanwhile is newer, and is counted the next time.
        await counts.note_done(work, _COUNTED)
    async with reading() as look:
        found = await counts.count_all(look)
        done = await counts.done_at(look)
        marked = await marks.marked_size(look)
    async with unit() as work:
        await counts.put_counts(work, found)
    size = sum(found.values())
    if size <= SHORTEST_MARKED:
        size = 0
    if (size or marked) and _are_old(done, size=size, marked=marked, now=began):
        await _mark(size, counts=counts, marks=marks, unit=unit, reading=reading)


def _are_old(done: dict[str, datetime], *, size: int, marked: int, now: datetime) -> bool:
    set_at, changed = done.get(_MARKED), done.get(_CHANGED)
    if set_at is None or not size or abs(size - marked) * 20 > size:
        return True
    return changed is not None and changed >= set_at and now - set_at >= _OLD


async def _mark(
    size: int, *, counts: CustomerCounts, marks: ListMarks, unit: UnitOfWork, reading: ReadingRoom
) -> None:
    for column in SORTABLE:
        async with reading() as look:
            placed = await marks.place_marks(look, column, size=size, distance=max(-(-size // _MARKS), 1))
        async with unit() as work:
            await marks.put_marks(work, column, placed)
    async with unit() as work:
        await counts.note_done(work, _MARKED)
