"""Customers in the database."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from mycrm_api.domain.customers import Customer, NewCustomer, Validity
from mycrm_common.db.dialects import is_duplicate
from mycrm_common.db.tables.customers import customer_history, customers, deleted_customers
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.keys import email_key, text_key
from mycrm_common.work import Reading, Work

CUSTOMER_FIELDS = tuple(field.name for field in fields(Customer))
_FIRST_VERSION = 1


async def by_id(reading: Reading, customer_id: int) -> Customer | None:
    """Return the customer of that id."""
    return await _one(reading, customers.c.id == customer_id)


async def by_email_key(reading: Reading, key: str) -> Customer | None:
    """Return the customer whose e-mail has that key."""
    return await _one(reading, customers.c.email_key == key)


async def hold(work: Work, customer_id: int) -> Customer | None:
    """Return the customer as it stands, and let nobody else change it before this work is done."""
    wanted = select(customers).where(customers.c.id == customer_id).with_for_update()
    row = (await work.connection.execute(wanted)).first()
    return customer_of(row) if row else None


async def insert_customer(work: Work, new: NewCustomer) -> int:
    """Write a new customer down and return its id; an e-mail that is there already is refused."""
    try:
        done = await work.connection.execute(insert(customers).values(**row_of_new(new, at=work.at)))
    except IntegrityError as error:
        if is_duplicate(error):
            raise await _taken(work, email=new.email) from error
        raise
    return await _never_used(work, int(done.lastrowid))


def row_of_new(new: NewCustomer, *, at: datetime) -> dict[str, Any]:
    """Return a new customer as its row in `customers`."""
    return _values(new) | {
        "last_checked_log": "",
        "version": _FIRST_VERSION,
        "created_at": at,
        "updated_at": at,
    }


async def save(work: Work, customer: Customer) -> None:
    """Write an edited customer down; an e-mail that another one has is refused."""
    values = _values(customer) | {
        "version": customer.version,
        "updated_at": customer.updated_at,
        "last_contact_date": customer.last_contact_date,
    }
    if not values["company_key"]:
        values["company_last_contact"] = customer.last_contact_date
    try:
        await work.connection.execute(update(customers).where(customers.c.id == customer.id).values(**values))
    except IntegrityError as error:
        if is_duplicate(error):
            raise await _taken(work, email=customer.email) from error
        raise


def customer_of(row: Row[Any]) -> Customer:
    """Return the customer that a row of `customers` holds."""
    values = {name: getattr(row, name) for name in CUSTOMER_FIELDS}
    return Customer(**values | {"valid": Validity(row.valid)})


def _values(written: Customer | NewCustomer) -> dict[str, Any]:
    values: dict[str, Any] = {field.name: getattr(written, field.name) for field in fields(NewCustomer)}
    return values | {
        "valid": int(written.valid),
        "email_key": email_key(written.email),
        "name_key": text_key(written.name),
        "company_key": text_key(written.company),
    }


async def _one(reading: Reading, condition: ColumnElement[bool]) -> Customer | None:
    row = (await reading.connection.execute(select(customers).where(condition))).first()
    return customer_of(row) if row else None


async def _taken(work: Work, *, email: str) -> MyCRMError:
    owner = await by_email_key(work, email_key(email))
    fault = FieldFault(field="email", code="customer_email_taken", message="another customer has it")
    return MyCRMError(
        "customer_email_taken",
        Kind.CONFLICT,
        "another customer has this e-mail",
        errors=[fault],
        context={"customer_id": owner.id} if owner else {},
    )


async def _never_used(work: Work, customer_id: int) -> int:
    """Return an id that no deleted customer had: SQLite gives the highest one again after a delete."""
    used = (
        select(deleted_customers.c.id).where(deleted_customers.c.id == customer_id).exists(),
        select(customer_history.c.id).where(customer_history.c.customer_id == customer_id).exists(),
    )
    if not (await work.connection.execute(select(or_(*used)))).scalar_one():
        return customer_id
    highest = (select(func.max(deleted_customers.c.id)), select(func.max(customer_history.c.customer_id)))
    found = (await work.connection.execute(select(*(one.scalar_subquery() for one in highest)))).one()
    fresh: int = max(customer_id, *(one for one in found if one is not None)) + 1
    await work.connection.execute(update(customers).where(customers.c.id == customer_id).values(id=fresh))
    return fresh
