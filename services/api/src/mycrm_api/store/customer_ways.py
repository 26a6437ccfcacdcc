"""The ways to the rows of a list; the databases cannot choose between them, for they do not know how many are meant.

- `walked`: along the index of the sort, passing over who is not on the list; the next page is near where many are.
- `rated`: few have the ratings that are asked for; their index finds them, and they are sorted.
- `named`: the search index proposes few; their ids find them, and they are sorted.

To walk past `size / many` rows for each of a page costs as much as to sort `many` where `many` squared is the size
times the page. Totals above `MOST_COUNTED` come from the counts that are kept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, select

from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList
from mycrm_api.domain.customers import Validity
from mycrm_api.domain.id_sets import IdSet, id_set
from mycrm_api.store import search as index
from mycrm_api.store.customer_counts import known_counts
from mycrm_api.store.customers import CUSTOMER_FIELDS
from mycrm_api.store.sorting import Sorting
from mycrm_common.db.dialects import among, looked_at, through_index
from mycrm_common.db.tables.customers import customers
from mycrm_common.work import Reading

# As many are counted for each page, and sorted; of as many texts each is held against a search before that, so that
# their number is exact, and a term whose grams are common but not together is known to be nowhere.
MOST_COUNTED = 10_000
MOST_SORTED = 5_000
MOST_PROVED = 5_000

_ALWAYS_SORTED = 300
_FETCHED_AT_ONCE = 500
_ANY_NUMBER = 2**62


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How the rows of a list are found.

    `rows` are the customers and `keys` their sort keys and ids, both in no order yet; `ids` are those that may be meant
    where the rows themselves are not asked for that; about `share` of the rows are on the list, `total` in all. They
    are sorted (`is_sorted`) where they are few, and else met on a walk. `unindexed` changes are
    unknown to a search.
    """

    rows: Select[Any]
    keys: Select[Any]
    total: int
    approximate: bool = False
    ids: IdSet | None = None
    share: float = 1.0
    is_sorted: bool = False
    unindexed: int = 0

    @property
    def is_walk(self) -> bool:
        """Whether rows are met that are not on the list."""
        return self.share < 1


async def way_to(reading: Reading, wanted: CustomerList, sorting: Sorting) -> Way:
    """Return the quickest way to the rows of a list."""
    only = wanted.only
    counts = await known_counts(reading)
    size, listed = sum(counts.values()), only.share_of(counts)
    if only.search.conditions:
        return await _to_searched(reading, wanted, sorting, size=max(size, 1), listed=listed)
    total, approximate = await _total(reading, only, listed=listed, exact=wanted.exact)
    is_few = only.importances is not None and _is_few(total, size=size or total, limit=wanted.limit)
    make = _rated if is_few else _walked
    return Way(
        rows=make(only, sorting, _columns(sorting)),
        keys=make(only, sorting, [sorting.key, customers.c.id]),
        total=total,
        approximate=approximate,
        is_sorted=is_few,
    )


async def proved(reading: Reading, only: CustomerFilter, ids: Iterable[int]) -> list[int]:
    """Return those of some customers that are on a list, by looking at each."""
    columns = [customers.c.id, *(customers.c[field] for field in only.search.fields)]
    rest = iter(ids)
    found: list[int] = []
    while piece := list(islice(rest, _FETCHED_AT_ONCE)):
        asked = select(*columns).where(among(customers.c.id, piece), *_passed(only))
        rows = await reading.connection.execute(asked)
        found += [row.id for row in rows if only.search.finds(row)]
    return found


async def _to_searched(
    reading: Reading, wanted: CustomerList, sorting: Sorting, *, size: int, listed: int
) -> Way:
    fresh = await index.fresh(reading)
    way = await _among_proposed(reading, wanted, sorting, fresh.ids, size=size, listed=listed)
    return replace(way, unindexed=fresh.unseen)


async def _among_proposed(
    reading: Reading,
    wanted: CustomerList,
    sorting: Sorting,
    fresh: list[int],
    *,
    size: int,
    listed: int,
) -> Way:
    only = wanted.only
    proposed = await index.proposed(reading, only.search)
    if wanted.exact and proposed.ids is None:
        every = (await reading.connection.execute(select(customers.c.id).where(*_shown(only)))).scalars()
        proposed = index.Proposed(ids=id_set(every), about=listed)
    if proposed.ids is None:
        share = max(proposed.about, 1) / size
        return _on_foot(only, sorting, ids=None, share=share, total=round(share * listed), approximate=True)
    ids = (proposed.ids - id_set(fresh)) | id_set(await proved(reading, only, fresh))
    many = len(ids)
    is_proved = wanted.exact or many * len(only.search.fields) <= MOST_PROVED
    if is_proved:
        ids = id_set(await proved(reading, only, ids))
        many = len(ids)
    total = many if is_proved or not listed else round(many * listed / size)
    if many <= _ALWAYS_SORTED or _is_few(many, size=size, limit=wanted.limit):
        return _by_name(only, sorting, ids, total=total, approximate=not is_proved)
    share = many / max(size, many)
    return _on_foot(only, sorting, ids=ids, share=share, total=total, approximate=not is_proved)


def _on_foot(
    only: CustomerFilter,
    sorting: Sorting,
    *,
    ids: IdSet | None,
    share: float,
    total: int,
    approximate: bool,
) -> Way:
    return Way(
        rows=_walked(only, sorting, _columns(sorting)),
        keys=_walked(only, sorting, [sorting.key, customers.c.id]),
        total=total,
        approximate=approximate,
        ids=ids,
        share=min(share, 0.99),
    )


def _by_name(only: CustomerFilter, sorting: Sorting, ids: IdSet, *, total: int, approximate: bool) -> Way:
    def rows(columns: list[Column[Any]]) -> Select[Any]:
        named = select(*dict.fromkeys(columns)).where(among(customers.c.id, ids), *_passed(only))
        return through_index(named, customers, "PRIMARY")

    return Way(
        rows=rows(_columns(sorting)),
        keys=rows([sorting.key, customers.c.id]),
        total=total,
        approximate=approximate,
        ids=ids,
        is_sorted=True,
    )


def _walked(only: CustomerFilter, sorting: Sorting, columns: list[Column[Any]]) -> Select[Any]:
    rows = select(*dict.fromkeys(columns)).where(*_passed(only, but=sorting.key))
    return through_index(rows, customers, sorting.index)


def _rated(only: CustomerFilter, sorting: Sorting, columns: list[Column[Any]]) -> Select[Any]:
    """Return the rows, found by their ids; neither database takes a query with a limit apart."""
    del sorting
    ids = select(customers.c.id).where(*_shown(only)).limit(_ANY_NUMBER).subquery()
    return select(*dict.fromkeys(columns)).select_from(customers.join(ids, ids.c.id == customers.c.id))


def _columns(sorting: Sorting) -> list[Column[Any]]:
    return [*(customers.c[name] for name in CUSTOMER_FIELDS), sorting.key]


def _shown(only: CustomerFilter) -> list[ColumnElement[bool]]:
    return [column.in_(values) for column, values in wanted_values(only)]


def _passed(only: CustomerFilter, *, but: Column[Any] | None = None) -> list[ColumnElement[bool]]:
    """Return the conditions for rows that are found another way, through an index of at most that column."""
    return [
        (column if column is but else looked_at(column)).in_(values) for column, values in wanted_values(only)
    ]


def wanted_values(only: CustomerFilter) -> Iterator[tuple[Column[int], tuple[int, ...]]]:
    """Give the columns of which only some values are on the list."""
    if only.importances is not None:
        yield customers.c.importance, only.importances
    if only.only_valid:
        yield customers.c.valid, (Validity.VALID, Validity.UNCONFIRMED)


def _is_few(many: int, *, size: int, limit: int) -> bool:
    return many <= MOST_SORTED and many * many <= 2 * size * limit


async def _total(reading: Reading, only: CustomerFilter, *, listed: int, exact: bool) -> tuple[int, bool]:
    """Return how many are on a list without a search, and whether that is only about right."""
    ids = select(customers.c.id).where(*_shown(only))
    if not exact:
        if listed > MOST_COUNTED:
            return listed, True
        some = await _count(reading, ids.limit(MOST_COUNTED + 1))
        if some <= MOST_COUNTED:
            return some, False
    # Asked for, or so soon after a start or an import that nobody has counted yet.
    return await _count(reading, ids), False


async def _count(reading: Reading, ids: Select[Any]) -> int:
    counted = select(func.count()).select_from(ids.subquery())
    return int((await reading.connection.execute(counted)).scalar_one())
