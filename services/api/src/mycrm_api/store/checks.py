"""What checks of addresses have found, as the verifier keeps it, and what follows for customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select, update

from mycrm_api.domain.checks import AWAY, Check, Queue, Waiting, expected_at
from mycrm_api.ports.checks import Checked
from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.checks import check_calls, check_jobs, check_providers, check_tasks, checks
from mycrm_common.db.tables.customers import customer_history, customers
from mycrm_common.db.tables.settings import config
from mycrm_common.work import Reading, Work

_OPEN = ("fresh", "waiting")
_LANES = {"asked": 0, "first": 1, "again": 2}
_CHECKED_DATE = "mail_checked_date"


async def hold(work: Work, customer_id: int) -> Checked | None:
    """The customer, whom nobody else changes before this work is done."""
    wanted = (
        select(
            customers.c.id,
            customers.c.email_key,
            customers.c.company,
            customers.c.valid,
            customers.c.last_checked_date,
        )
        .where(customers.c.id == customer_id)
        .with_for_update()
    )
    row = (await work.connection.execute(wanted)).first()
    if row is None:
        return None
    return Checked(
        customer_id=row.id,
        email_key=row.email_key,
        company=row.company,
        valid=row.valid,
        last_checked_date=row.last_checked_date,
    )


async def verdict_of(reading: Reading, customer_id: int, *, checked_at: datetime) -> str | None:
    """The verifier's verdict at a moment, None where it knows of none."""
    wanted = (
        select(checks.c.verdict)
        .where(checks.c.customer_id == customer_id, checks.c.checked_at == checked_at)
        .order_by(checks.c.id.desc())
        .limit(1)
    )
    found: str | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def was_corrected(reading: Reading, customer_id: int, *, since: datetime) -> bool:
    """Whether a person has set the validity after a moment."""
    mine = select(customer_history.c.id).where(
        customer_history.c.customer_id == customer_id,
        customer_history.c.at > since,
        customer_history.c.changed.contains('"valid"', autoescape=True),
    )
    return (await reading.connection.execute(mine.limit(1))).first() is not None


async def put_result(
    work: Work, customer_id: int, *, valid: int | None, checked_at: datetime | None, log: str
) -> None:
    """Write a result down; the version stays. What is None stays as it is."""
    values: dict[str, Any] = {"last_checked_log": log}
    if valid is not None:
        values["valid"] = valid
    if checked_at is not None:
        values["last_checked_date"] = checked_at
    await work.connection.execute(update(customers).where(customers.c.id == customer_id).values(**values))


async def put_checked_date(work: Work, at: datetime) -> None:
    """Note when the last check was finished; that never moves back."""
    mine = select(config.c.value).where(config.c.parameter == _CHECKED_DATE).with_for_update()
    noted = (await work.connection.execute(mine)).scalar_one_or_none()
    if noted is None or noted < at.isoformat():
        values = {"parameter": _CHECKED_DATE, "value": at.isoformat()}
        await work.connection.execute(upsert(work.connection, config, values, key="parameter"))


async def queue(reading: Reading, *, limit: int, at: datetime) -> Queue:
    """Who waits, the next ones first, and how it stands with the questions."""
    active = select(check_providers).where(check_providers.c.name != "")
    row = (
        await reading.connection.execute(active.order_by(check_providers.c.active_at.desc()).limit(1))
    ).first()
    is_open = check_jobs.c.state.in_(_OPEN)
    count = int(
        (
            await reading.connection.execute(select(func.count()).select_from(check_jobs).where(is_open))
        ).scalar_one()
    )
    away = select(check_calls.c.used_at).where(check_calls.c.used_at > at - AWAY)
    used = list((await reading.connection.execute(away)).scalars())
    asks = row is not None and row.cost > 0
    per_hour = row.per_hour if row is not None and asks else 0
    until = (
        max(filter(None, (row.blocked_until, row.broken_until)), default=None) if row is not None else None
    )
    blocked = until if until is not None and until > at else None

    def moment(place: int) -> datetime | None:
        # Whoever is asked nothing that counts is only looked at, which is soon.
        if not asks:
            return at
        return expected_at(place, per_hour=per_hour, used=used, blocked_until=blocked, at=at)

    return Queue(
        provider=row.name if row is not None else "local",
        per_hour=row.per_hour if row is not None else 0,
        waiting=count,
        free_calls=0 if blocked else max(0, per_hour - len(used)),
        blocked_until=blocked,
        fault=row.fault if row is not None and row.faults else "",
        credits=row.credits if row is not None else None,
        ends_at=moment(count - 1) if count else None,
        items=tuple(
            Waiting(
                customer_id=job.customer_id,
                email=job.email,
                lane=job.lane,
                queued_at=job.queued_at,
                expected_at=moment(place),
            )
            for place, job in enumerate(await _next(reading, limit))
        ),
    )


async def history(
    reading: Reading, *, customer_id: int | None, before: int | None, limit: int
) -> Sequence[Check]:
    """Findings, the newest first."""
    wanted = select(checks).order_by(checks.c.id.desc()).limit(limit)
    if customer_id is not None:
        wanted = wanted.where(checks.c.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(checks.c.id < before)
    return [_check(row) for row in await reading.connection.execute(wanted)]


async def answer(reading: Reading, request_id: str) -> Check | None:
    """What came of a request, None where nothing has yet."""
    wanted = (
        select(checks)
        .join(check_tasks, check_tasks.c.check_id == checks.c.id)
        .where(check_tasks.c.request_id == request_id)
    )
    row = (await reading.connection.execute(wanted)).first()
    return None if row is None else _check(row)


async def _next(reading: Reading, limit: int) -> Sequence[Row[Any]]:
    turn = case(_LANES, value=check_jobs.c.lane)
    waiting = (
        select(check_jobs.c.customer_id, check_jobs.c.email, check_jobs.c.lane, check_jobs.c.queued_at)
        .where(check_jobs.c.state.in_(_OPEN))
        .order_by(turn, check_jobs.c.rank_at, check_jobs.c.email_key)
        .limit(limit)
    )
    rows: Any = (await reading.connection.execute(waiting)).all()
    return list(rows)


def _check(row: Any) -> Check:
    return Check(
        id=row.id,
        customer_id=row.customer_id,
        email=row.email_key,
        verdict=row.verdict,
        valid=row.valid,
        log=row.log,
        source=row.source,
        evidence=row.evidence,
        known_at=row.known_at,
        checked_at=row.checked_at,
        credits=row.credits,
    )
