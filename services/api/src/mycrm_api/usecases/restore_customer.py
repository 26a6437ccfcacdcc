"""Bring a deleted customer back, as it was, under the next version."""

from mycrm_api.domain.deleted_customers import Gone
from mycrm_api.domain.history import Act, Written
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.bring_back_customers import bring_back_customers
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.ids import new_id
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork, Work


async def restore_customer(customer_id: int, *, by: str, books: CustomerBooks, unit: UnitOfWork) -> Written:
    """Return the customer that the account `by` has brought back; refused while another has its address."""
    async with unit() as work:
        seen = await books.deleted.gone(work, [customer_id])
        await books.contacts.hold_companies(work, (one.company for one in seen))
        returning = await books.deleted.hold_gone(work, [customer_id])
        if not returning or not returning[0].can_return(at=work.at):
            raise await _not_there(work, customer_id, books=books)
        await _check_address(work, returning[0], books=books)
        act = Act(id=new_id(work.at), by=by)
        await bring_back_customers(work, returning, act=act, books=books)
        await books.contacts.recompute_company_contact(work, [returning[0].company])
        customer = await books.customers.by_id(work, customer_id)
        if customer is None:
            raise MyCRMError("customer_lost", Kind.BUG, str(customer_id))
        return Written(customer=customer, change_id=act.id)


async def _check_address(work: Work, returning: Gone, *, books: CustomerBooks) -> None:
    owners = await books.sets.owners(work, [email_key(returning.email)])
    for owner in owners.values():
        fault = FieldFault(field="email", code="customer_email_taken", message="another customer has it")
        raise MyCRMError(
            "customer_email_taken",
            Kind.CONFLICT,
            "another customer has this e-mail now",
            errors=[fault],
            context={"customer_id": owner},
        )


async def _not_there(work: Work, customer_id: int, *, books: CustomerBooks) -> MyCRMError:
    if await books.customers.by_id(work, customer_id) is not None:
        return MyCRMError("customer_not_deleted", Kind.CONFLICT, f"customer {customer_id} is on the list")
    return MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no deleted customer {customer_id}")
