"""Write down what an act did to customers: in their history, for search, and in the transaction that did it."""

from collections.abc import Sequence

from mycrm_api.domain.history import Act, CustomerChange
from mycrm_api.ports.changes import CustomerBooks
from mycrm_common.work import Work


async def note_changes(
    work: Work, changes: Sequence[CustomerChange], *, act: Act, books: CustomerBooks
) -> None:
    """Note what an act has changed; an act on many is noted in several calls."""
    await books.history.put_changes(work, changes, change_id=act.id, undoes=act.undoes)
    await books.search.note_changed(work, [change.customer_id for change in changes])
