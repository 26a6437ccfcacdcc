"""The customers, as api keeps them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from operator import eq, ge, gt
from typing import Any

from sqlalchemy import or_, select

from mycrm_common.db.tables.checks import check_jobs
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.settings import config
from mycrm_common.work import Reading
from mycrm_verifier.domain.schedule import Lane, State
from mycrm_verifier.ports.queue import Customer

_COLUMNS = (
    customers.c.id,
    customers.c.email,
    customers.c.email_key,
    customers.c.valid,
    customers.c.last_checked_date,
)
_COMPARE = {"=": eq, ">": gt, ">=": ge}
_DEFAULTS = {"followup_days": "30", "followup_importance_operators": ">=", "followup_importance": "3"}


async def by_id(reading: Reading, customer_id: int) -> Customer | None:
    """The customer, None where there is none."""
    row = (await reading.connection.execute(select(*_COLUMNS).where(customers.c.id == customer_id))).first()
    return None if row is None else _customer(row)


async def by_key(reading: Reading, email_key: str) -> Customer | None:
    """The customer who has this address, None where nobody has."""
    row = (
        await reading.connection.execute(select(*_COLUMNS).where(customers.c.email_key == email_key))
    ).first()
    return None if row is None else _customer(row)


async def is_queued(reading: Reading, customer_id: int) -> bool:
    """Whether there is a job of the address that a customer has."""
    mine = (
        select(check_jobs.c.customer_id)
        .join(customers, customers.c.email_key == check_jobs.c.email_key)
        .where(customers.c.id == customer_id, check_jobs.c.customer_id == customer_id)
    )
    return (await reading.connection.execute(mine)).first() is not None


async def without_job(
    reading: Reading, *, after: int, limit: int, until: int | None = None
) -> Sequence[Customer]:
    """Some candidates without a job, by id from after one, and until one where that is said."""
    missing = (
        select(*_COLUMNS)
        .outerjoin(check_jobs, check_jobs.c.email_key == customers.c.email_key)
        .where(customers.c.id > after, customers.c.valid >= 1, check_jobs.c.email_key.is_(None))
        .order_by(customers.c.id)
        .limit(limit)
    )
    if until is not None:
        missing = missing.where(customers.c.id <= until)
    return [_customer(row) for row in await reading.connection.execute(missing)]


async def about_to_be_written_to(reading: Reading, *, at: datetime, limit: int) -> Collection[str]:
    """The keys of addresses that wait for a check and whose follow-up is due."""
    said = await _followup_settings(reading)
    compare = _COMPARE.get(said["followup_importance_operators"], ge)
    before = at - timedelta(days=_number(said["followup_days"], 30))
    due = (
        select(check_jobs.c.email_key)
        .join(customers, customers.c.email_key == check_jobs.c.email_key)
        .where(
            check_jobs.c.state.in_([State.FRESH, State.WAITING]),
            check_jobs.c.lane != Lane.ASKED,
            compare(customers.c.importance, _number(said["followup_importance"], 3)),
            customers.c.valid != 0,
            or_(customers.c.company_last_contact.is_(None), customers.c.company_last_contact < before),
            # One that was moved up is not moved up again.
            or_(check_jobs.c.lane == Lane.AGAIN, check_jobs.c.rank_at >= check_jobs.c.queued_at),
        )
        .limit(limit)
    )
    return list((await reading.connection.execute(due)).scalars())


async def _followup_settings(reading: Reading) -> dict[str, str]:
    wanted = select(config).where(config.c.parameter.in_(list(_DEFAULTS)))
    rows = await reading.connection.execute(wanted)
    return _DEFAULTS | {row.parameter: (row.value or "").strip() for row in rows}


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() else default


def _customer(row: Any) -> Customer:
    return Customer(
        id=row.id,
        email=row.email,
        email_key=row.email_key,
        valid=row.valid,
        last_checked_date=row.last_checked_date,
    )
