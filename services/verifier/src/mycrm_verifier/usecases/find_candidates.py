"""Queue every address that is not queued yet: adopted, restored, or older than the verifier; and re-checks by age."""

from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_verifier.domain.schedule import RECHECK_AFTER, first_place
from mycrm_verifier.ports.queue import Customers, Jobs

_PIECE = 1000


async def find_candidates(
    *, customers: Customers, jobs: Jobs, reading: ReadingRoom, unit: UnitOfWork, clock: Clock
) -> int:
    """Return how many addresses were queued; they are written a thousand at a time."""
    found, last = 0, 0
    while True:
        async with reading() as look:
            some = await customers.without_job(look, after=last, limit=_PIECE)
        if not some:
            break
        async with unit() as work:
            entries = [(one, first_place(checked_at=one.last_checked_date, at=work.at)) for one in some]
            await jobs.put_many(work, entries)
        found, last = found + len(some), some[-1].id
    found += await _revive(jobs=jobs, unit=unit)
    await _move_up(customers=customers, jobs=jobs, reading=reading, unit=unit, clock=clock)
    return found


async def _revive(*, jobs: Jobs, unit: UnitOfWork) -> int:
    total = 0
    while True:
        async with unit() as work:
            revived = await jobs.revive(work, older_than=RECHECK_AFTER, limit=_PIECE)
        total += revived
        if revived < _PIECE:
            return total


async def _move_up(
    *, customers: Customers, jobs: Jobs, reading: ReadingRoom, unit: UnitOfWork, clock: Clock
) -> None:
    """Let those who are about to be written to come earlier."""
    async with reading() as look:
        due = await customers.about_to_be_written_to(look, at=clock.now(), limit=_PIECE)
    if due:
        async with unit() as work:
            place = first_place(checked_at=None, at=work.at, is_needed=True)
            await jobs.move_up(work, due, place)
