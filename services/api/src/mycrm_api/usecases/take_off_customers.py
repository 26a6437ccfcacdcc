"""Take customers off the list, as one step of an act; whoever calls holds them and their companies."""

from collections.abc import Sequence

from mycrm_api.domain.customers import Customer
from mycrm_api.domain.history import Act, CustomerChange
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.note_changes import note_changes
from mycrm_common.events.customers import CustomerDeleted
from mycrm_common.work import Work


async def take_off_customers(
    work: Work, leaving: Sequence[Customer], *, act: Act, books: CustomerBooks
) -> None:
    """Move customers to the deleted ones; their companies' contact dates are still to be computed anew."""
    await books.deleted.remove_some(work, [one.id for one in leaving], by=act.by)
    changes = [
        CustomerChange(customer_id=one.id, version=one.version, how="deleted", by=act.by, changed={})
        for one in leaving
    ]
    await note_changes(work, changes, act=act, books=books)
    work.tell(*(CustomerDeleted(customer_id=one.id, email=one.email, version=one.version) for one in leaving))
