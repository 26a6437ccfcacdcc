"""E-mail addresses that customers had before, until mail-fetcher has moved the mail to the new one."""

from collections.abc import Iterable

from sqlalchemy import Select, and_, insert, select

from mycrm_common.db.tables.customers import address_changes, customers
from mycrm_common.db.tables.mailboxes import address_moves
from mycrm_common.work import Reading, Work

_IS_MOVED = and_(
    address_moves.c.customer_id == address_changes.c.customer_id,
    address_moves.c.version == address_changes.c.version,
)
_WAITING = address_changes.outerjoin(address_moves, _IS_MOVED)


async def put_change(
    work: Work, customer_id: int, *, version: int, previous_key: str, email_key: str
) -> None:
    """Write down that the edit which made this version gave the customer another address."""
    await work.connection.execute(
        insert(address_changes).values(
            customer_id=customer_id,
            version=version,
            previous_key=previous_key,
            email_key=email_key,
            changed_at=work.at,
        )
    )


def earlier_keys(customer_ids: Iterable[int]) -> Select[tuple[int, str]]:
    """Return what finds the earlier keys of customers under which mail may still lie."""
    return (
        select(address_changes.c.customer_id, address_changes.c.previous_key)
        .select_from(_WAITING)
        .where(address_changes.c.customer_id.in_(customer_ids), address_moves.c.customer_id.is_(None))
    )


async def keys_in_use(reading: Reading, customer_id: int, *, email_key: str) -> list[str]:
    """Return the keys under which a customer's mail may lie: its own, and earlier ones that are not moved yet."""
    earlier = (
        select(address_changes.c.previous_key)
        .select_from(_WAITING)
        .where(address_changes.c.customer_id == customer_id, address_moves.c.customer_id.is_(None))
    )
    return sorted({email_key, *(await reading.connection.execute(earlier)).scalars()})


async def heirs(reading: Reading, keys: Iterable[str]) -> list[str]:
    """Return the present keys of customers whose mail under one of these keys is still to be moved to them."""
    present = (
        select(customers.c.email_key)
        .select_from(_WAITING.join(customers, customers.c.id == address_changes.c.customer_id))
        .where(address_changes.c.previous_key.in_(sorted(set(keys))), address_moves.c.customer_id.is_(None))
        .distinct()
    )
    return list((await reading.connection.execute(present)).scalars())
