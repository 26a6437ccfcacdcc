"""Take a customer off the list. Its record is kept apart for a while, and its mail stays."""

from mycrm_api.domain.customers import check_version
from mycrm_api.domain.history import Act
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.take_off_customers import take_off_customers
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork


async def delete_customer(
    customer_id: int,
    *,
    by: str,
    expected_version: int | None,
    books: CustomerBooks,
    unit: UnitOfWork,
) -> str:
    """Delete a customer in the name of the account `by`, and return the change's id."""
    async with unit() as work:
        await books.contacts.hold_company_of(work, customer_id)
        customer = await books.customers.hold(work, customer_id)
        if customer is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        check_version(customer, expected_version)
        act = Act(id=new_id(work.at), by=by)
        await take_off_customers(work, [customer], act=act, books=books)
        await books.contacts.recompute_company_contact(work, [customer.company])
        return act.id
