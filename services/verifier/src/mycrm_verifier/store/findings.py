"""The history of every address."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from mycrm_common.db.tables.checks import checks
from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.verdicts import Finding
from mycrm_verifier.ports.queue import Job


async def put(
    work: Work, job: Job, finding: Finding, *, known_at: datetime, credits_left: int | None = None
) -> int:
    """Write a finding down and return its id."""
    written = await work.connection.execute(
        insert(checks).values(
            email_key=job.email_key,
            customer_id=job.customer_id,
            verdict=finding.verdict,
            valid=finding.valid,
            log=finding.log,
            source=finding.source,
            evidence=finding.evidence[:1000],
            known_at=known_at,
            checked_at=work.at,
            credits=credits_left,
        )
    )
    key: Any = written.inserted_primary_key
    return int(key[0])


async def newest_at(reading: Reading) -> datetime | None:
    """When the newest check was finished that somebody was asked for."""
    newest = select(func.max(checks.c.id))
    moment: datetime | None = (
        await reading.connection.execute(
            select(checks.c.checked_at).where(checks.c.id == newest.scalar_subquery())
        )
    ).scalar_one_or_none()
    return moment


async def forget(work: Work, *, before: datetime) -> int:
    """Forget some findings older than a moment that newer ones of the same address have followed."""
    newest = select(func.max(checks.c.id).label("id")).group_by(checks.c.email_key).subquery()
    old = (
        select(checks.c.id)
        .where(checks.c.checked_at < before, checks.c.id.not_in(select(newest.c.id)))
        .limit(1000)
    )
    ids = list((await work.connection.execute(old)).scalars())
    if ids:
        await work.connection.execute(delete(checks).where(checks.c.id.in_(ids)))
    return len(ids)
