"""Bring deleted customers back to the list, as one step of an act; whoever calls holds them and their companies."""

from collections.abc import Sequence

from mycrm_api.domain.deleted_customers import Gone
from mycrm_api.domain.history import Act, CustomerChange
from mycrm_api.domain.undoing import returned
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.note_changes import note_changes
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.work import Work


async def bring_back_customers(
    work: Work, returning: Sequence[Gone], *, act: Act, books: CustomerBooks
) -> None:
    """Move deleted customers back, with the contact dates of the mail that was stored meanwhile.

    Their companies' contact dates are still to be computed anew.
    """
    ids = [one.id for one in returning]
    await books.deleted.put_back(work, ids)
    await books.contacts.take_in_sent(work, ids)
    await books.contacts.take_in_sent_before(work, ids)
    after = [returned(one) for one in returning]
    changes = [
        CustomerChange(customer_id=one.id, version=one.version, how="restored", by=act.by, changed={})
        for one in after
    ]
    await note_changes(work, changes, act=act, books=books)
    work.tell(*(CustomerAdded(customer_id=one.id, email=one.email, version=one.version) for one in after))
