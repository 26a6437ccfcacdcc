"""The queue of addresses.

Whoever works at a job moves its `available_at` ahead, so that one who dies leaves it to the next.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, or_, select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.checks import check_jobs as jobs
from mycrm_common.db.tables.customers import customers
from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.schedule import IN_HAND, Lane, Place, State
from mycrm_verifier.ports.queue import Customer, Job


async def hold(work: Work, email_key: str) -> Job | None:
    """The job of an address, which nobody else changes until this work is done."""
    wanted = select(jobs).where(jobs.c.email_key == email_key).with_for_update()
    row = (await work.connection.execute(wanted)).first()
    return None if row is None else _job(row)


async def put(work: Work, customer: Customer, place: Place, *, state: State = State.FRESH) -> None:
    """Write a job down; one that is there stays as it is."""
    await work.connection.execute(
        insert_ignoring(work.connection, jobs).values(**_values(customer, place, state, work.at))
    )


async def put_many(work: Work, entries: Sequence[tuple[Customer, Place]]) -> None:
    """Write many jobs down; those that are there stay as they are."""
    rows = [_values(customer, place, State.FRESH, work.at) for customer, place in entries]
    if rows:
        await work.connection.execute(insert_ignoring(work.connection, jobs), rows)


async def prefer(work: Work, email_key: str, place: Place) -> None:
    """Let an address be looked at anew, at this place, at once."""
    await work.connection.execute(
        update(jobs)
        .where(jobs.c.email_key == email_key)
        .values(
            state=State.FRESH,
            lane=place.lane,
            rank_at=place.rank_at,
            available_at=work.at,
            claimed_by=None,
            attempts=0,
            queued_at=work.at,
        )
    )


async def move_up(work: Work, email_keys: Collection[str], place: Place) -> None:
    """Give addresses that wait another place."""
    if email_keys:
        await work.connection.execute(
            update(jobs)
            .where(jobs.c.email_key.in_(sorted(email_keys)), jobs.c.state != State.DONE)
            .values(lane=place.lane, rank_at=place.rank_at)
        )


async def remove(work: Work, email_key: str) -> None:
    """Forget an address."""
    await work.connection.execute(delete(jobs).where(jobs.c.email_key == email_key))


async def of_customer(work: Work, customer_id: int) -> Sequence[Job]:
    """The jobs of a customer: its address, and any that it had before."""
    theirs = select(jobs).where(jobs.c.customer_id == customer_id).with_for_update()
    return [_job(row) for row in await work.connection.execute(theirs)]


async def claim_fresh(work: Work, *, owner: str, limit: int) -> Sequence[Job]:
    """Some addresses that nobody has looked at yet, ours until `IN_HAND` is over."""
    claimed: list[Job] = []
    for lane in Lane:
        due = _due(State.FRESH, lane, work.at).limit(limit - len(claimed)).with_for_update(skip_locked=True)
        claimed += [_job(row) for row in await work.connection.execute(due)]
        if len(claimed) >= limit:
            break
    await _take(work, [job.email_key for job in claimed], owner)
    return claimed


async def claim_waiting(work: Work, lane: Lane, *, owner: str) -> Job | None:
    """The next address of a lane that waits for a question, ours until `IN_HAND` is over."""
    due = _due(State.WAITING, lane, work.at).limit(1).with_for_update(skip_locked=True)
    row = (await work.connection.execute(due)).first()
    if row is None:
        return None
    await _take(work, [row.email_key], owner)
    return _job(row)


async def anybody_waits(reading: Reading, *, at: datetime, state: State) -> bool:
    """Whether some address could be worked at."""
    some = select(exists().where(jobs.c.state == state, _is_available(at)))
    return bool((await reading.connection.execute(some)).scalar_one())


async def wait(work: Work, job: Job) -> None:
    """Let an address that was looked at wait for a question."""
    await work.connection.execute(
        update(jobs)
        .where(jobs.c.email_key == job.email_key, jobs.c.state == State.FRESH)
        .values(state=State.WAITING, available_at=work.at, claimed_by=None, attempts=0)
    )


async def rest(work: Work, job: Job, *, until: datetime, attempts: int) -> None:
    """Let an address be tried again later."""
    await work.connection.execute(
        update(jobs)
        .where(jobs.c.email_key == job.email_key)
        .values(available_at=until, claimed_by=None, attempts=attempts)
    )


async def finish(work: Work, job: Job, *, known_at: datetime | None, is_checked: bool) -> None:
    """Note that an address is done for now; `is_checked` where an answer came of it."""
    values: dict[str, Any] = {"state": State.DONE, "claimed_by": None, "attempts": 0}
    if is_checked:
        values["checked_at"] = work.at
    if known_at is not None:
        values["known_at"] = known_at
    await work.connection.execute(update(jobs).where(jobs.c.email_key == job.email_key).values(**values))


async def revive(work: Work, *, older_than: timedelta, limit: int) -> int:
    """Let addresses that were checked so long ago be looked at anew, and return how many."""
    old = (
        select(jobs.c.email_key, jobs.c.checked_at)
        .join(customers, customers.c.email_key == jobs.c.email_key)
        .where(jobs.c.state == State.DONE, jobs.c.checked_at <= work.at - older_than, customers.c.valid >= 1)
        .order_by(jobs.c.checked_at)
        .limit(limit)
    )
    keys = [row.email_key for row in await work.connection.execute(old)]
    if keys:
        await work.connection.execute(
            update(jobs)
            .where(jobs.c.email_key.in_(keys), jobs.c.state == State.DONE)
            .values(
                state=State.FRESH,
                lane=Lane.AGAIN,
                rank_at=jobs.c.checked_at,
                available_at=work.at,
                attempts=0,
                queued_at=work.at,
            )
        )
    return len(keys)


def _due(state: State, lane: Lane, at: datetime) -> Select[Any]:
    return (
        select(jobs)
        .where(jobs.c.state == state, jobs.c.lane == lane, _is_available(at))
        .order_by(jobs.c.rank_at, jobs.c.email_key)
    )


def _is_available(at: datetime) -> ColumnElement[bool]:
    """Whether a job may be worked at; what a clock that was set back has put out of reach may be too."""
    return or_(
        jobs.c.available_at <= at,
        and_(jobs.c.claimed_by.is_not(None), jobs.c.available_at > at + IN_HAND),
        and_(jobs.c.claimed_by.is_(None), jobs.c.attempts == 0),
    )


async def _take(work: Work, keys: Collection[str], owner: str) -> None:
    if keys:
        await work.connection.execute(
            update(jobs)
            .where(jobs.c.email_key.in_(sorted(keys)))
            .values(claimed_by=owner, available_at=work.at + IN_HAND)
        )


def _values(customer: Customer, place: Place, state: State, at: datetime) -> dict[str, Any]:
    return {
        "email_key": customer.email_key,
        "customer_id": customer.id,
        "email": customer.email,
        "state": state,
        "lane": place.lane,
        "rank_at": place.rank_at,
        "available_at": at,
        "claimed_by": None,
        "attempts": 0,
        "queued_at": at,
        "checked_at": customer.last_checked_date,
        "known_at": None,
    }


def _job(row: Row[Any]) -> Job:
    return Job(
        email_key=row.email_key,
        email=row.email,
        customer_id=row.customer_id,
        state=State(row.state),
        lane=Lane(row.lane),
        attempts=row.attempts,
        checked_at=row.checked_at,
        known_at=row.known_at,
    )
