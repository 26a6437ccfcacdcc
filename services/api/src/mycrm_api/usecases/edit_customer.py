"""Edit some fields of a customer; what is not sent stays as it is.

An edit of the e-mail takes the mail along: the change is written down for mail-fetcher, which moves it, and the
contact date of the new address is taken in at once. What follows from company or validity for the company's
contact date is computed anew, for the company that was left and the one that was joined.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mycrm_api.domain.customers import (
    Customer,
    changed_fields,
    check_version,
    edited,
    moves_company_contact,
    newest,
)
from mycrm_api.ports.customers import AddressChanges, Addresses, Contacts, Customers, RichText
from mycrm_api.usecases.accept_customer import accept_customer
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork, Work


async def edit_customer(
    customer_id: int,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    customers: Customers,
    contacts: Contacts,
    address_changes: AddressChanges,
    addresses: Addresses,
    rich_text: RichText,
    unit: UnitOfWork,
) -> Customer:
    """Return the customer after the edit: unchanged, and nothing told, where the edit changes nothing."""
    accepted = await accept_customer(changes, addresses=addresses, rich_text=rich_text)
    async with unit() as work:
        if moves_company_contact(accepted):
            await contacts.hold_company_of(work, customer_id, joining=accepted.get("company", ""))
        before = await customers.hold(work, customer_id)
        if before is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        check_version(before, expected_version)
        after = edited(before, accepted, at=work.at)
        if after is before:
            return before
        await customers.save(work, after)
        moved = email_key(after.email) != email_key(before.email)
        if moved:
            after = await _take_mail_along(
                work, before, after, customers=customers, contacts=contacts, address_changes=address_changes
            )
        if moves_company_contact(accepted):
            await contacts.recompute_company_contact(work, [before.company, after.company])
        work.tell(
            CustomerUpdated(
                customer_id=customer_id,
                email=after.email,
                previous_email=before.email if moved else None,
                version=after.version,
                changed=changed_fields(before, after),
            )
        )
        return after


async def _take_mail_along(
    work: Work,
    before: Customer,
    after: Customer,
    *,
    customers: Customers,
    contacts: Contacts,
    address_changes: AddressChanges,
) -> Customer:
    """Write the change of address down, and take in the dates of the mail under both addresses."""
    previous, present = email_key(before.email), email_key(after.email)
    await address_changes.put_change(
        work, after.id, version=after.version, previous_key=previous, email_key=present
    )
    sent_at = newest(
        after.last_contact_date,
        await contacts.newest_sent_to(work, previous),
        await contacts.newest_sent_to(work, present),
    )
    after = replace(after, last_contact_date=sent_at)
    await customers.save(work, after)
    return after
