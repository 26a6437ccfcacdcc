"""Jobs: done again and again, each failure logged and followed by a longer rest, single by lease where asked.

Whoever holds a lease renews it while the job works. A renewal that fails is tried again until the lease has run
out; then, or when somebody else has it, the job is broken off, because another one may have begun it.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from mycrm_common.db import leases
from mycrm_common.errors import unexpected
from mycrm_common.logs import Logger
from mycrm_common.service import Job
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import UnitOfWork

_TTL = timedelta(seconds=30)
_RENEW_SECONDS = 10.0
_RETRY_SECONDS = 1.0
_LONGEST_REST = 300.0
_MOST_DOUBLINGS = 20


class LeaseLost(Exception):  # noqa: N818 - a change of hands is no error of the job
    """Somebody else holds the job's lease now."""


async def keep_doing(job: Job, *, unit: UnitOfWork, holder: str, log: Logger) -> None:
    """Do a job until cancelled."""
    failures = 0
    while True:
        try:
            async with _held(job, unit=unit, holder=holder) as is_ours:
                if is_ours:
                    await job.beat()
            failures = 0
        except LeaseLost:
            log.warning("job.lease_lost", job=job.name)
        except Exception as error:
            failures += 1
            log.error("job.failed", job=job.name, error=error, exc_info=unexpected(error))
        # Bounded, for a number that has doubled a thousand times is no number any more.
        doubled = job.seconds * 2 ** min(failures, _MOST_DOUBLINGS)
        rest = job.seconds if not failures else min(doubled, _LONGEST_REST)
        await job.wake.wait(rest * (1 - 0.1 * random.random()))  # noqa: S311 - keeps replicas out of step


@asynccontextmanager
async def _held(job: Job, *, unit: UnitOfWork, holder: str) -> AsyncIterator[bool]:
    """Hold the job's lease while it beats, and break the beat off when the lease is lost."""
    if job.lease is None:
        yield True
        return
    if not await _acquire(job.lease, unit=unit, holder=holder):
        yield False
        return
    nursery = TaskNursery()
    beating = asyncio.current_task()
    assert beating is not None  # noqa: S101 - a coroutine always runs in a task
    renewing = nursery.start(_renew(job.lease, beating, unit=unit, holder=holder), name=f"lease {job.lease}")
    try:
        yield True
    except asyncio.CancelledError:
        if renewing.done() and not renewing.cancelled() and beating.uncancel() == 0:
            raise LeaseLost from None
        raise
    finally:
        await nursery.close()
        async with unit() as work:
            await leases.release(work, job.lease, holder=holder)


async def _renew(lease: str, beating: "asyncio.Task[object]", *, unit: UnitOfWork, holder: str) -> None:
    tell_time = asyncio.get_running_loop().time
    renewed = tell_time()
    try:
        while True:
            async with asyncio.timeout_at(renewed + _TTL.total_seconds()):
                await asyncio.sleep(_RENEW_SECONDS)
                asked = tell_time()
                if not await _still_ours(lease, unit=unit, holder=holder):
                    break
            renewed = asked
    except TimeoutError:
        pass  # The database could not be asked until the lease had run out.
    beating.cancel()


async def _still_ours(lease: str, *, unit: UnitOfWork, holder: str) -> bool:
    while True:
        try:
            return await _acquire(lease, unit=unit, holder=holder)
        except Exception:  # noqa: BLE001 - whatever it was, the lease runs out all the same
            await asyncio.sleep(_RETRY_SECONDS)


async def _acquire(lease: str, *, unit: UnitOfWork, holder: str) -> bool:
    async with unit() as work:
        return await leases.acquire(work, lease, holder=holder, ttl=_TTL) is not None
