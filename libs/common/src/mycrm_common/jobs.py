"""Jobs: done again and again, each failure logged and followed by a longer rest, single by lease where asked.

Whoever holds a lease renews it while the job works. A renewal that fails is tried again until the lease has run
out; then, or when somebody else has it, the job is broken off, because another one may have begun it. A process
that was paused learns of it too late for that, so each of the job's transactions also asks whether the lease is
still its own (`leases.check`).
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from mycrm_common.db import leases
from mycrm_common.db.leases import Lease
from mycrm_common.errors import Kind, MyCRMError, unexpected
from mycrm_common.logs import Logger
from mycrm_common.service import Job
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import UnitOfWork

_TTL = timedelta(seconds=30)
_RENEW_SECONDS = 10.0
_RETRY_SECONDS = 1.0
_LONGEST_REST = 300.0
_MOST_DOUBLINGS = 20


async def keep_doing(job: Job, *, unit: UnitOfWork, holder: str, log: Logger) -> None:
    """Do a job until cancelled."""
    failures = 0
    while True:
        try:
            if job.wanted is None or await job.wanted():
                await _beat(job, unit=unit, holder=holder)
            failures = 0
        except Exception as error:
            if isinstance(error, MyCRMError) and error.code == "lease_lost":
                log.warning("job.lease_lost", job=job.name)
            else:
                failures += 1
                log.error("job.failed", job=job.name, error=error, exc_info=unexpected(error))
        # Bounded, for a number that has doubled a thousand times is no number any more.
        doubled = job.seconds * 2 ** min(failures, _MOST_DOUBLINGS)
        rest = job.seconds if not failures else min(doubled, _LONGEST_REST)
        await job.wake.wait(rest * (1 - 0.1 * random.random()))  # noqa: S311 - keeps replicas out of step


async def _beat(job: Job, *, unit: UnitOfWork, holder: str) -> None:
    async with _held(job, unit=unit, holder=holder) as is_ours:
        if is_ours:
            await job.beat()


@asynccontextmanager
async def _held(job: Job, *, unit: UnitOfWork, holder: str) -> AsyncIterator[bool]:
    """Hold the job's lease while it beats, and break the beat off when the lease is lost."""
    if job.lease is None:
        yield True
        return
    asked = _tell_time()
    async with unit() as work:
        lease = await leases.acquire(work, job.lease, holder=holder, ttl=_TTL)
    if lease is None:
        yield False
        return
    nursery = TaskNursery()
    beating = asyncio.current_task()
    assert beating is not None  # noqa: S101 - a coroutine always runs in a task
    renewing = nursery.start(_renew(lease, beating, asked=asked, unit=unit), name=f"lease {lease.name}")
    try:
        with leases.working_under(lease):
            yield True
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled() and beating.uncancel() == 0:
            raise MyCRMError("lease_lost", Kind.UNAVAILABLE, lease.name) from None
        raise
    finally:
        await nursery.close()
        # An error here would take the place of what ended the beat, and a job that is told to end would go on.
        with suppress(MyCRMError):
            async with unit() as work:
                await leases.release(work, lease)


async def _renew(lease: Lease, beating: "asyncio.Task[object]", *, asked: float, unit: UnitOfWork) -> None:
    is_ours = True
    try:
        while is_ours:
            async with asyncio.timeout_at(asked + _TTL.total_seconds()):
                await asyncio.sleep(_RENEW_SECONDS)
                asks = _tell_time()
                is_ours = await _still_ours(lease, unit=unit)
            asked = asks
    except TimeoutError:
        pass  # The database could not be asked until the lease had run out.
    beating.cancel()


def _tell_time() -> float:
    # Steady, and before the question: what the database answers later can only make the lease last longer.
    return asyncio.get_running_loop().time()


async def _still_ours(lease: Lease, *, unit: UnitOfWork) -> bool:
    while True:
        try:
            async with unit() as work:
                return await leases.renew(work, lease, ttl=_TTL)
        except Exception:  # noqa: BLE001 - whatever it was, the lease runs out all the same
            await asyncio.sleep(_RETRY_SECONDS)
