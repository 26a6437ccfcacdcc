"""Note that customers were written to, when a mail that we sent has been stored."""

from mycrm_api.ports.customers import AddressChanges, Contacts
from mycrm_common.events.messages import MessageStored
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork


async def note_contact(
    event: MessageStored, *, contacts: Contacts, address_changes: AddressChanges, unit: UnitOfWork
) -> None:
    """Raise the contact dates of all to whom the mail went; received mail and notices raise none."""
    async with unit() as work:
        if event.type != "sendto":
            return
        keys = {email_key(address) for address in event.addresses} - {email_key(event.sender_address)}
        # Who changed address meanwhile is asked for first and the mail second: the mail is moved between the
        # two or was before, so one of them names the customer's present address.
        keys.update(await address_changes.heirs(work, keys))
        keys.update(await contacts.recipients_of(work, event.message_id))
        if keys:
            await contacts.raise_contact(work, sorted(keys), event.date)
