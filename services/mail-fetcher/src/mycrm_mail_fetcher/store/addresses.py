"""The addresses under which messages show, when a customer's changes."""

from sqlalchemy import func, select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.mailboxes import address_moves
from mycrm_common.db.tables.messages import msg_addrs
from mycrm_common.keys import email_key
from mycrm_common.work import Reading, Work


async def current_email(reading: Reading, customer_id: int) -> str | None:
    """The customer's address by now, None where there is no such customer."""
    wanted = select(customers.c.email).where(customers.c.id == customer_id)
    found: str | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def move(work: Work, previous: str, *, email: str) -> int:
    """Let the mail of one address show under another one, and return how many rows that were."""
    old, new = email_key(previous), email_key(email)
    if old == new:
        return 0
    moved = await work.connection.execute(
        update(msg_addrs).where(msg_addrs.c.address_key == old).values(address=email, address_key=new)
    )
    return moved.rowcount


async def note_move(work: Work, customer_id: int, *, version: int) -> bool:
    """Write down that this change has been carried out; False where it was before."""
    mine = (address_moves.c.customer_id == customer_id, address_moves.c.version == version)
    before = (await work.connection.execute(select(func.count()).where(*mine))).scalar_one()
    await work.connection.execute(
        insert_ignoring(work.connection, address_moves).values(
            customer_id=customer_id, version=version, moved_at=work.at
        )
    )
    return not before
