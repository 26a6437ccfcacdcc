"""Who may be meant by a search, from the index, and what the index does not hold yet.

What was changed is read before the index: a change that is indexed between the two is found in both, and never in
neither. The index may name too many; each one that is shown is held against the search itself.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, insert, select, union_all

from mycrm_api.domain.grams import after_prefix, grams_needed
from mycrm_api.domain.id_sets import IdSet, read
from mycrm_api.domain.search import TEXT_FIELDS, Condition, Search
from mycrm_common.db.dialects import among
from mycrm_common.db.tables.search import search_changes as changes
from mycrm_common.db.tables.search import search_chunks as chunks
from mycrm_common.db.tables.search import search_grams as grams
from mycrm_common.work import Reading, Work

# More than a person changes by hand: such changes are indexed after those that somebody may be looking for.
_BY_HAND = 100
# So many of the newest changes of either kind are looked at one by one while the index does not hold them.
MOST_FRESH = 1_000
# Of a long term some grams are weighed, and the rarest say enough.
_MOST_WEIGHED = 6
_ENOUGH = 3
# Two letters that so many have in them are met soon by reading the list; their many grams are not fetched.
MANY = 100_000

Found = Mapping[tuple[int, int], Mapping[str, bytes]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """Who may meet a search: these, or so many of all that reading the list finds them soon."""

    ids: IdSet | None
    about: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """Whose newest change the index may not hold yet; about `unseen` older changes wait that nobody looks at."""

    ids: list[int]
    unseen: int


async def note_changed(work: Work, customer_ids: Iterable[int]) -> None:
    """Let search find these customers as this work leaves them: added, changed, restored or deleted ones."""
    ids = sorted(set(customer_ids))
    if not ids:
        return
    rows = [{"customer_id": one, "in_bulk": len(ids) > _BY_HAND} for one in ids]
    await work.connection.execute(insert(changes), rows)


async def fresh(reading: Reading) -> Fresh:
    """Return the customers whose newest change the index may not hold yet; of many, the newest of each kind."""
    kinds = [
        select(changes.c.in_bulk, changes.c.id, changes.c.customer_id)
        .where(changes.c.in_bulk == in_bulk)
        .order_by(changes.c.id.desc())
        .limit(MOST_FRESH + 1)
        .subquery()
        for in_bulk in (False, True)
    ]
    rows = (await reading.connection.execute(union_all(*(select(kind) for kind in kinds)))).all()
    unseen = 0
    for in_bulk in (False, True):
        waiting = [row.id for row in rows if bool(row.in_bulk) is in_bulk]
        if len(waiting) > MOST_FRESH:
            oldest = select(func.min(changes.c.id)).where(changes.c.in_bulk == in_bulk)
            # The job forgets what it has indexed before we ask: then nothing older waits.
            first = (await reading.connection.execute(oldest)).scalar_one() or min(waiting)
            unseen += max(min(waiting) - first, 0)
    return Fresh(ids=sorted({row.customer_id for row in rows}), unseen=unseen)


async def proposed(reading: Reading, search: Search) -> Proposed:
    """Return who may meet a search, as far as the index knows; `fresh` is to be read before."""
    known = list(
        (await reading.connection.execute(select(chunks.c.chunk).order_by(chunks.c.chunk))).scalars()
    )
    parts = [await _of(reading, condition, known) for condition in search.conditions]
    few = [part.ids for part in parts if part.ids is not None]
    if not few:
        return Proposed(ids=None, about=min(part.about for part in parts))
    ids = few[0]
    for more in few[1:]:
        ids &= more
    return Proposed(ids=ids, about=len(ids))


async def _of(reading: Reading, condition: Condition, known: Collection[int]) -> Proposed:
    fields = [TEXT_FIELDS[name] for name in condition.fields]
    within = and_(among(grams.c.chunk, known), among(grams.c.field, fields))
    needed = grams_needed(condition.term, most=_MOST_WEIGHED)
    if not needed:
        return await _beginning(reading, condition.term, within)
    if len(needed) > _ENOUGH:
        needed = await _rarest(reading, needed, within)
        if not needed:
            return Proposed(ids=IdSet({}), about=0)
    ids = _with_all(await _found(reading, and_(within, grams.c.gram.in_(sorted(needed)))), needed)
    return Proposed(ids=ids, about=len(ids))


async def _beginning(reading: Reading, term: str, within: ColumnElement[bool]) -> Proposed:
    """Return who has a gram that begins with two letters."""
    these = and_(within, grams.c.gram >= term, grams.c.gram < after_prefix(term))
    members = func.sum(grams.c.members)
    each = (
        await reading.connection.execute(
            select(grams.c.gram, grams.c.field, members).where(these).group_by(grams.c.gram, grams.c.field)
        )
    ).all()
    if sum(int(row[2]) for row in each) > MANY:
        return Proposed(ids=None, about=max(int(row[2]) for row in each))
    ids: dict[int, int] = {}
    for (chunk, _), rows in (await _found(reading, these)).items():
        for data in rows.values():
            ids[chunk] = ids.get(chunk, 0) | read(data)
    return Proposed(ids=IdSet(ids), about=len(IdSet(ids)))


async def _rarest(reading: Reading, needed: Collection[str], within: ColumnElement[bool]) -> set[str]:
    """Return the grams that tell most, of each field in which all of them are."""
    members = func.sum(grams.c.members)
    counted = (
        select(grams.c.gram, grams.c.field, members)
        .where(within, grams.c.gram.in_(sorted(needed)))
        .group_by(grams.c.gram, grams.c.field)
    )
    fields: dict[int, list[tuple[int, str]]] = {}
    for gram, field, many in (await reading.connection.execute(counted)).all():
        fields.setdefault(field, []).append((int(many), gram))
    whole = [sorted(each) for each in fields.values() if len(each) == len(needed)]
    return {gram for each in whole for _, gram in each[:_ENOUGH]}


async def _found(reading: Reading, these: ColumnElement[bool]) -> Found:
    rows = await reading.connection.execute(
        select(grams.c.chunk, grams.c.field, grams.c.gram, grams.c.ids).where(these)
    )
    found: dict[tuple[int, int], dict[str, bytes]] = {}
    for chunk, field, gram, ids in rows:
        found.setdefault((chunk, field), {})[gram] = ids
    return found


def _with_all(found: Found, needed: Collection[str]) -> IdSet:
    """Return who has all the grams in one field."""
    ids: dict[int, int] = {}
    for (chunk, _), rows in found.items():
        if len(rows) < len(needed):
            continue
        both = -1
        for data in sorted(rows.values(), key=len):
            both &= read(data)
            if not both:
                break
        if both:
            ids[chunk] = ids.get(chunk, 0) | both
    return IdSet(ids)
