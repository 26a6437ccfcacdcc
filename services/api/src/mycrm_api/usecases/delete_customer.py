"""Take a customer off the list. Its record is kept apart, and its mail stays."""

from mycrm_api.domain.customers import check_version
from mycrm_api.ports.customers import Contacts, Customers
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerDeleted
from mycrm_common.work import UnitOfWork


async def delete_customer(
    customer_id: int,
    *,
    by: str,
    expected_version: int | None,
    customers: Customers,
    contacts: Contacts,
    unit: UnitOfWork,
) -> None:
    """Delete a customer in the name of the account `by`."""
    async with unit() as work:
        await contacts.hold_company_of(work, customer_id)
        customer = await customers.hold(work, customer_id)
        if customer is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        check_version(customer, expected_version)
        await customers.remove(work, customer_id, by=by)
        await contacts.recompute_company_contact(work, [customer.company])
        work.tell(CustomerDeleted(customer_id=customer_id, email=customer.email, version=customer.version))
