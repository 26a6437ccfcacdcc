"""Write edits of customers down, as one step of an act; whoever calls holds them and their companies.

Many are written by a few statements. An edit of an e-mail is a thing of its own: the mail goes along, so the change
is written down for mail-fetcher, which moves it, and the contact date of the new address is taken in at once.
"""

from collections.abc import Sequence
from dataclasses import replace

from mycrm_api.domain.customers import Customer, changed_fields, newest
from mycrm_api.domain.history import Act, CustomerChange, How, differences
from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.usecases.note_changes import note_changes
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.keys import email_key
from mycrm_common.work import Work

Edit = tuple[Customer, Customer]


async def change_customers(
    work: Work, edits: Sequence[Edit], *, how: How, act: Act, books: CustomerBooks
) -> None:
    """Save customers as they are after an edit; their companies' contact dates are still to be computed anew."""
    plain: list[Customer] = []
    fields: set[str] = set()
    for before, after in edits:
        changed = changed_fields(before, after)
        if "email" in changed:
            await _save_with_email(work, before, after, books=books)
        else:
            plain.append(after)
            fields.update(changed)
    # All together, whatever each of them changes: a statement for each kind of edit would be many.
    if plain:
        await books.sets.save_some(work, plain, fields=fields)
    changes = [
        CustomerChange(
            customer_id=after.id,
            version=after.version,
            how=how,
            by=act.by,
            changed=differences(before, after),
        )
        for before, after in edits
    ]
    await note_changes(work, changes, act=act, books=books)
    work.tell(*(_told(before, after) for before, after in edits))


async def _save_with_email(work: Work, before: Customer, after: Customer, *, books: CustomerBooks) -> None:
    previous, present = email_key(before.email), email_key(after.email)
    await books.customers.save(work, after)
    if previous == present:
        return
    await books.address_changes.put_change(
        work, after.id, version=after.version, previous_key=previous, email_key=present
    )
    sent_at = newest(
        after.last_contact_date,
        await books.contacts.newest_sent_to(work, previous),
        await books.contacts.newest_sent_to(work, present),
    )
    if sent_at != after.last_contact_date:
        await books.customers.save(work, replace(after, last_contact_date=sent_at))


def _told(before: Customer, after: Customer) -> CustomerUpdated:
    moved = email_key(after.email) != email_key(before.email)
    return CustomerUpdated(
        customer_id=after.id,
        email=after.email,
        previous_email=before.email if moved else None,
        version=after.version,
        changed=changed_fields(before, after),
    )
