"""Add a customer, with the contact date that the stored mail already tells."""

from dataclasses import asdict

from mycrm_api.domain.customers import NewCustomer
from mycrm_api.domain.deleted_customers import KEPT
from mycrm_api.domain.history import Act, CustomerChange, Written, beginnings
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_api.usecases.accept_customer import accept_customer
from mycrm_api.usecases.note_changes import note_changes
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.ids import new_id
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork


async def add_customer(
    new: NewCustomer,
    *,
    by: str,
    books: CustomerBooks,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
) -> Written:
    """Return the customer as the account `by` has added it, and who was deleted with its address, if anybody."""
    new = NewCustomer(**await accept_customer(asdict(new), addresses=addresses, rich_text=rich_text))
    async with unit() as work:
        await books.contacts.hold_companies(work, [new.company])
        customer_id = await books.customers.insert_customer(work, new)
        await books.contacts.take_in_sent(work, [customer_id])
        await books.contacts.recompute_company_contact(work, [new.company])
        customer = await books.customers.by_id(work, customer_id)
        if customer is None:
            raise MyCRMError("customer_lost", Kind.BUG, str(customer_id))
        act = Act(id=new_id(work.at), by=by)
        change = CustomerChange(
            customer_id=customer_id,
            version=customer.version,
            how="added",
            by=by,
            changed=beginnings(customer),
        )
        await note_changes(work, [change], act=act, books=books)
        work.tell(CustomerAdded(customer_id=customer_id, email=customer.email, version=customer.version))
        before = await books.deleted.last_gone(work, email_key(new.email), since=work.at - KEPT)
        return Written(customer=customer, change_id=act.id, deleted_before=before)
