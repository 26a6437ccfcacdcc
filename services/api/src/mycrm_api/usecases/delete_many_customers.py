"""Take many customers off the list, all or none of them; locked as by `edit_many_customers`."""

from collections.abc import Sequence

from mycrm_api.domain.bulk import Bulk, check_bulk
from mycrm_api.domain.history import Act
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.take_off_customers import take_off_customers
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork

_PIECE = 500


async def delete_many_customers(
    customer_ids: Sequence[int], *, by: str, books: CustomerBooks, unit: UnitOfWork
) -> Bulk:
    """Return what became of them; those that are not there are named."""
    check_bulk(customer_ids, {})
    async with unit() as work:
        await books.contacts.hold_companies_of(work, customer_ids)
        held = await books.sets.hold_some(work, customer_ids)
        act = Act(id=new_id(work.at), by=by)
        companies: set[str] = set()
        for start in range(0, len(held), _PIECE):
            leaving = await books.sets.some(work, held[start : start + _PIECE])
            await take_off_customers(work, leaving, act=act, books=books)
            companies.update(one.company for one in leaving)
        await books.contacts.recompute_company_contact(work, companies)
        return Bulk.of(customer_ids, held=held, changed=len(held), change_id=act.id)
