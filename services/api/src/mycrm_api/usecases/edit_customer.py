"""Edit some fields of a customer; what is not sent stays as it is.

What follows from company or validity for the company's contact date is computed anew, for the company that was left
and the one that was joined.
"""

from collections.abc import Mapping
from typing import Any

from mycrm_api.domain.customers import check_version, edited, moves_company_contact
from mycrm_api.domain.history import Act, Written
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_api.usecases.accept_customer import accept_customer
from mycrm_api.usecases.change_customers import change_customers
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.ids import new_id
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork


async def edit_customer(
    customer_id: int,
    changes: Mapping[str, Any],
    *,
    by: str,
    expected_version: int | None,
    books: CustomerBooks,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
) -> Written:
    """Return the customer after an edit of the account `by`: unchanged, nothing told, where it changes nothing."""
    accepted = await accept_customer(changes, addresses=addresses, rich_text=rich_text)
    async with unit() as work:
        if moves_company_contact(accepted):
            await books.contacts.hold_company_of(work, customer_id, joining=accepted.get("company", ""))
        before = await books.customers.hold(work, customer_id)
        if before is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        check_version(before, expected_version)
        after = edited(before, accepted, at=work.at)
        if after is before:
            return Written(customer=before, change_id=None)
        act = Act(id=new_id(work.at), by=by)
        await change_customers(work, [(before, after)], how="edited", act=act, books=books)
        if moves_company_contact(accepted):
            await books.contacts.recompute_company_contact(work, [before.company, after.company])
        if email_key(after.email) != email_key(before.email):
            # The mail under the new address may have moved the contact date.
            after = await books.customers.by_id(work, customer_id) or after
        return Written(customer=after, change_id=act.id)
