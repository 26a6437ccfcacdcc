"""Add a customer, with the contact date that the stored mail already tells."""

from dataclasses import asdict

from mycrm_api.domain.customers import Customer, NewCustomer
from mycrm_api.ports.customers import Addresses, Contacts, Customers, RichText
from mycrm_api.usecases.accept_customer import accept_customer
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork


async def add_customer(
    new: NewCustomer,
    *,
    customers: Customers,
    contacts: Contacts,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
) -> Customer:
    """Return the customer as it was added."""
    new = NewCustomer(**await accept_customer(asdict(new), addresses=addresses, rich_text=rich_text))
    key = email_key(new.email)
    async with unit() as work:
        await contacts.hold_companies(work, [new.company])
        # Written first and asked second: a mail that is stored between the two finds the customer by itself.
        customer_id = await customers.insert_customer(work, new)
        sent_at = await contacts.newest_sent_to(work, key)
        if sent_at is not None:
            await contacts.raise_contact(work, [key], sent_at)
        await contacts.recompute_company_contact(work, [new.company])
        customer = await customers.by_id(work, customer_id)
        if customer is None:
            raise MyCRMError("customer_lost", Kind.BUG, str(customer_id))
        work.tell(CustomerAdded(customer_id=customer_id, email=customer.email, version=customer.version))
        return customer
