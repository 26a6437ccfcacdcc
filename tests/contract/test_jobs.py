"""Jobs: done again whatever happens, and by one process at a time where they have a lease."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mycrm_common import jobs
from mycrm_common.crash import CrashPoints
from mycrm_common.db import leases
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.jobs import keep_doing
from mycrm_common.logs import LogShelf, open_logs
from mycrm_common.service import Job
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import Work
from tests.contract.household import added
from tests.support.clock import FakeClock
from tests.support.waiting import eventually

LEASE = "a.job"


class Place:
    """Where a job is done: a database that can go away, and a log."""

    def __init__(self, database: Database) -> None:
        self.clock, self.shelf = FakeClock(), LogShelf()
        self.log = open_logs(level="warning", clock=self.clock, shelf=self.shelf)
        self.is_away = False
        self.refused = self.begun = 0
        self._database = database
        self._units = SqlUnits(database, service="common", clock=self.clock, crash=CrashPoints())

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Work]:
        """Open a transaction, unless the database is away."""
        self.refused += self.is_away
        if self.is_away:
            raise MyCRMError("database_unavailable", Kind.UNAVAILABLE)
        self.begun += 1
        async with self._units() as work:
            yield work

    async def outage(self) -> None:
        """Go away until two transactions were refused, and come back until one was begun."""
        self.is_away, refused = True, self.refused
        await eventually(lambda: self.refused > refused + 1, what="renewals that fail")
        self.is_away, begun = False, self.begun
        await eventually(lambda: self.begun > begun, what="a renewal that works")

    def logged(self) -> set[str]:
        """Return what was logged since it was last asked."""
        return {line.action for line in self.shelf.take()}

    async def told(self) -> int:
        """Count the events that were told."""
        async with self._database.reading() as reading:
            counted = select(func.count()).select_from(outbox)
            return int((await reading.connection.execute(counted)).scalar_one())


@pytest.fixture
def place(database: Database, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose leases are renewed often."""
    monkeypatch.setattr(jobs, "_RENEW_SECONDS", 0.1)
    monkeypatch.setattr(jobs, "_RETRY_SECONDS", 0.05)
    return Place(database)


@pytest.fixture
async def nursery() -> AsyncIterator[TaskNursery]:
    """Tasks that end with the test."""
    kept = TaskNursery()
    yield kept
    await kept.close()


class Beat:
    """A job that works until it is broken off."""

    def __init__(self) -> None:
        self.begun = self.broken_off = 0

    async def __call__(self) -> None:
        self.begun += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise


async def test_a_job_that_has_failed_a_thousand_times_is_still_tried(
    place: Place, nursery: TaskNursery
) -> None:
    tries = 0

    async def fail() -> None:
        nonlocal tries
        tries += 1
        raise MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE)

    log = open_logs(level="error", clock=place.clock, shelf=place.shelf).bind()
    job = Job(name="fails", beat=fail, seconds=0.0)
    task = nursery.start(keep_doing(job, unit=place.unit, holder="a", log=log), name="job")

    await eventually(lambda: tries > 1_100, what="more than a thousand tries", seconds=60)
    assert not task.done()


async def test_a_job_with_a_lease_is_done_by_one_and_taken_over_when_that_one_ends(
    place: Place, nursery: TaskNursery
) -> None:
    first, second = Beat(), Beat()
    started = [
        nursery.start(
            keep_doing(
                Job(name="single", beat=beat, seconds=0.05, lease=LEASE),
                unit=place.unit,
                holder=holder,
                log=place.log,
            ),
            name=holder,
        )
        for holder, beat in (("a", first), ("b", second))
    ]
    await eventually(lambda: first.begun + second.begun == 1, what="one of the two to begin")
    begun = place.begun
    await eventually(lambda: place.begun > begun + 4, what="renewals, and tries of the other")
    assert first.begun + second.begun == 1

    working, waiting = (0, second) if first.begun else (1, first)
    started[working].cancel()

    await eventually(lambda: waiting.begun == 1, what="the other one to take over")


async def test_a_job_that_finds_no_cause_writes_nothing_until_there_is_one(
    place: Place, nursery: TaskNursery
) -> None:
    asked, is_wanted, beat = 0, False, Beat()

    async def wanted() -> bool:
        nonlocal asked
        asked += 1
        return is_wanted

    job = Job(name="seldom", beat=beat, seconds=0.01, lease=LEASE, wanted=wanted)
    nursery.start(keep_doing(job, unit=place.unit, holder="a", log=place.log), name="job")
    await eventually(lambda: asked > 3, what="the job to look for a cause")
    assert (beat.begun, place.begun) == (0, 0)

    is_wanted = True

    await eventually(lambda: beat.begun == 1, what="the job to begin")


async def test_a_job_goes_on_when_a_renewal_fails_and_the_next_one_works(
    place: Place, nursery: TaskNursery
) -> None:
    beat = Beat()
    job = Job(name="single", beat=beat, seconds=0.05, lease=LEASE)
    nursery.start(keep_doing(job, unit=place.unit, holder="a", log=place.log), name="job")
    await eventually(lambda: beat.begun == 1, what="the job to begin")

    for _ in range(4):
        await place.outage()

    assert (beat.begun, beat.broken_off) == (1, 0)


async def test_a_job_is_broken_off_when_its_lease_cannot_be_renewed_in_time(
    place: Place, nursery: TaskNursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_TTL", timedelta(seconds=1))
    beat = Beat()
    job = Job(name="single", beat=beat, seconds=0.05, lease=LEASE)
    task = nursery.start(keep_doing(job, unit=place.unit, holder="a", log=place.log), name="job")
    await eventually(lambda: beat.begun == 1, what="the job to begin")

    place.is_away = True

    await eventually(lambda: beat.broken_off >= 1, what="the job to be broken off")
    place.is_away = False
    await eventually(lambda: beat.begun >= 2, what="the job to begin again")
    assert not task.done()


async def test_a_job_is_broken_off_when_somebody_else_has_its_lease(
    place: Place, nursery: TaskNursery
) -> None:
    beat = Beat()
    job = Job(name="single", beat=beat, seconds=60, lease=LEASE)
    nursery.start(keep_doing(job, unit=place.unit, holder="a", log=place.log), name="job")
    await eventually(lambda: beat.begun == 1, what="the job to begin")

    place.clock.advance(minutes=1)
    async with place.unit() as work:
        assert await leases.acquire(work, LEASE, holder="b", ttl=timedelta(minutes=5))

    await eventually(lambda: beat.broken_off == 1, what="the job to be broken off")
    await eventually(lambda: "job.lease_lost" in place.logged(), what="the loss to be told")


async def test_a_job_that_wakes_up_after_its_lease_was_lost_stores_nothing(
    place: Place, nursery: TaskNursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_RENEW_SECONDS", 3_600.0)  # As for a process that is paused.
    paused, awake, tries = asyncio.Event(), asyncio.Event(), 0

    async def beat() -> None:
        nonlocal tries
        tries += 1
        paused.set()
        await awake.wait()
        async with place.unit() as work:
            work.tell(added(tries))

    job = Job(name="single", beat=beat, seconds=0.05, lease=LEASE)
    nursery.start(keep_doing(job, unit=place.unit, holder="a", log=place.log), name="job")
    await paused.wait()
    place.clock.advance(minutes=1)
    async with place.unit() as work:
        other = await leases.acquire(work, LEASE, holder="b", ttl=timedelta(seconds=30))
    assert other is not None

    awake.set()
    await eventually(lambda: "job.lease_lost" in place.logged(), what="the loss to be told")
    assert await place.told() == 0

    async with place.unit() as work:
        await leases.release(work, other)
    await eventually(place.told, what="the job to be done when its turn has come")


async def test_a_job_ends_when_it_is_told_to_although_its_lease_cannot_be_given_back(
    place: Place, nursery: TaskNursery
) -> None:
    beat = Beat()
    job = Job(name="single", beat=beat, seconds=0.05, lease=LEASE)
    task = nursery.start(keep_doing(job, unit=place.unit, holder="a", log=place.log), name="job")
    await eventually(lambda: beat.begun == 1, what="the job to begin")
    place.is_away = True

    task.cancel()

    await eventually(task.done, what="the end of the job")
    assert task.cancelled()
