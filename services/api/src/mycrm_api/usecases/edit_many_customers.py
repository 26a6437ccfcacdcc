"""Give many customers the same values, all or none of them.

All of them are locked before the first is written, companies before customers and each in ascending order, so that
two acts on many customers wait for each other instead of ending in a deadlock.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mycrm_api.domain.bulk import Bulk, check_bulk
from mycrm_api.domain.customers import edited, moves_company_contact
from mycrm_api.domain.faults import under
from mycrm_api.domain.history import Act
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_api.usecases.accept_customer import accept_customer
from mycrm_api.usecases.change_customers import change_customers
from mycrm_common.errors import MyCRMError
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork

_PIECE = 500


async def edit_many_customers(
    customer_ids: Sequence[int],
    changes: Mapping[str, Any],
    *,
    by: str,
    books: CustomerBooks,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
) -> Bulk:
    """Return what became of them; those that are not there are named, and those that have the values stay."""
    check_bulk(customer_ids, changes)
    try:
        accepted = await accept_customer(changes, addresses=addresses, rich_text=rich_text)
    except MyCRMError as error:
        raise under(error, field="set") from error
    async with unit() as work:
        joining = [accepted["company"]] if "company" in accepted else []
        await books.contacts.hold_companies_of(work, customer_ids, joining=joining)
        held = await books.sets.hold_some(work, customer_ids)
        act = Act(id=new_id(work.at), by=by)
        changed, companies = 0, set(joining)
        for start in range(0, len(held), _PIECE):
            before = await books.sets.some(work, held[start : start + _PIECE])
            both = [(one, edited(one, accepted, at=work.at)) for one in before]
            edits = [(one, after) for one, after in both if after is not one]
            await change_customers(work, edits, how="edited", act=act, books=books)
            companies.update(one.company for one, _ in edits)
            changed += len(edits)
        if changed and moves_company_contact(accepted):
            await books.contacts.recompute_company_contact(work, companies)
        return Bulk.of(customer_ids, held=held, changed=changed, change_id=act.id)
