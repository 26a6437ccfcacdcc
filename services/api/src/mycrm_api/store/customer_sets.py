"""Many customers at once: what an act on a selection reads and writes, in a few statements however many they are."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import case, select, update

from mycrm_api.domain.customers import Customer
from mycrm_api.store.customers import customer_of
from mycrm_api.store.pieces import pieces
from mycrm_common.db.dialects import through_index
from mycrm_common.db.tables.customers import customers
from mycrm_common.keys import text_key
from mycrm_common.work import Reading, Work

# What one statement may carry: a server takes 16 MB at once by default, and a character may be 4 bytes.
_MOST_ROWS = 250
_MOST_CHARACTERS = 1_000_000


async def hold_some(work: Work, customer_ids: Iterable[int]) -> list[int]:
    """Let nobody else change these customers before this work is done, and return the ids that are there."""
    held: list[int] = []
    for some in pieces(customer_ids):
        wanted = select(customers.c.id).where(customers.c.id.in_(some)).order_by(customers.c.id)
        # A walk over the table would also lock, or wait for, customers that nobody asked for.
        wanted = through_index(wanted.with_for_update(), customers, "PRIMARY")
        held += (await work.connection.execute(wanted)).scalars()
    return held


async def some(reading: Reading, customer_ids: Iterable[int]) -> list[Customer]:
    """Return those of these customers that are there, by id."""
    found: list[Customer] = []
    for ids in pieces(customer_ids):
        rows = select(customers).where(customers.c.id.in_(ids)).order_by(customers.c.id)
        found += [customer_of(row) for row in await reading.connection.execute(rows)]
    return found


async def save_some(work: Work, edited: Sequence[Customer], *, fields: Collection[str]) -> None:
    """Write these fields of edited customers down; never the e-mail, which only `customers.save` moves."""
    for portion in _portions(edited, fields):
        by_id: dict[int, dict[str, Any]] = {one.id: _written(one, fields) for one in portion}
        changed = {name: _each(by_id, name) for name in next(iter(by_id.values()))}
        if "company" in fields:
            changed["company_last_contact"] = _alone(changed["company_key"])
        await work.connection.execute(
            update(customers)
            .where(customers.c.id.in_(list(by_id)))
            .values(**changed, version=customers.c.version + 1, updated_at=work.at)
        )


async def owners(reading: Reading, email_keys: Iterable[str]) -> dict[str, int]:
    """Return which of these addresses customers have, and who."""
    found: dict[str, int] = {}
    for keys in pieces(email_keys):
        rows = select(customers.c.email_key, customers.c.id).where(customers.c.email_key.in_(keys))
        found |= {row.email_key: row.id for row in await reading.connection.execute(rows)}
    return found


def _written(customer: Customer, fields: Collection[str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(customer, name) for name in sorted(fields)}
    if "valid" in values:
        values["valid"] = int(values["valid"])
    keyed = {f"{name}_key": text_key(values[name]) for name in ("name", "company") if name in values}
    return values | keyed


def _alone(company_key: Any) -> Any:
    """Return the company's contact date of who has been given this company: one without a company counts alone."""
    own, companys = customers.c.last_contact_date, customers.c.company_last_contact
    if isinstance(company_key, str):
        return companys if company_key else own
    return case((company_key == "", own), else_=companys)


def _each(by_id: Mapping[int, Mapping[str, Any]], name: str) -> Any:
    """Return a value for all of them, or what chooses each one's own."""
    values = {customer_id: written[name] for customer_id, written in by_id.items()}
    first = next(iter(values.values()))
    if all(value == first for value in values.values()):
        return first
    return case(values, value=customers.c.id)


def _portions(edited: Sequence[Customer], fields: Collection[str]) -> Iterator[list[Customer]]:
    portion: list[Customer] = []
    characters = 0
    for one in edited:
        size = sum(len(str(getattr(one, name))) for name in fields)
        if portion and (len(portion) == _MOST_ROWS or characters + size > _MOST_CHARACTERS):
            yield portion
            portion, characters = [], 0
        portion.append(one)
        characters += size
    if portion:
        yield portion
