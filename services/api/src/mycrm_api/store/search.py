"""The search index in the database."""

from collections.abc import Iterable

from sqlalchemy import insert

from mycrm_common.db.tables.search import search_changes
from mycrm_common.work import Work

# More than a person changes by hand: such changes are indexed after those that somebody may be looking for.
_BY_HAND = 100


async def note_changed(work: Work, customer_ids: Iterable[int]) -> None:
    """Let search find these customers as this work leaves them: added, changed, restored or deleted ones."""
    ids = sorted(set(customer_ids))
    if not ids:
        return
    rows = [{"customer_id": one, "in_bulk": len(ids) > _BY_HAND} for one in ids]
    await work.connection.execute(insert(search_changes), rows)
