"""Takes a customer's mail along when its address changes.

Changes of one customer may arrive in any order, so mail moves to the address that the customer has by now: after
A -> B -> C that is C, whichever of the two changes comes first.
"""

from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.ports.addresses import Addresses


async def move_addresses(changed: CustomerUpdated, *, addresses: Addresses, unit: UnitOfWork) -> None:
    """Let the mail of the previous address show under the present one; the second time nothing happens."""
    if not changed.previous_email:
        return
    async with unit() as work:
        if await addresses.note_move(work, changed.customer_id, version=changed.version):
            email = await addresses.current_email(work, changed.customer_id) or changed.email
            await addresses.move(work, changed.previous_email, email=email)
