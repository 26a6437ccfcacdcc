"""Queue the customers who were added along with one: imported ones have ids side by side.

That is a transaction for a thousand of them, where their events are one each; so the queue is as long as it will be
some seconds after an import, and the expected end is honest.
"""

from typing import Final

from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_verifier.domain.schedule import first_place
from mycrm_verifier.ports.queue import Customers, Jobs

_PIECE: Final = 1000


async def queue_neighbours(
    first: int, *, customers: Customers, jobs: Jobs, reading: ReadingRoom, unit: UnitOfWork
) -> int:
    """Return how many were queued; it ends where a thousand ids hold nobody without a job."""
    found, last = 0, first
    while True:
        # The ids have an end, for a look for those without a job may not go through all customers.
        async with reading() as look:
            some = await customers.without_job(look, after=last, limit=_PIECE, until=last + _PIECE)
        if not some:
            return found
        async with unit() as work:
            entries = [(one, first_place(checked_at=one.last_checked_date, at=work.at)) for one in some]
            await jobs.put_many(work, entries)
        found, last = found + len(some), last + _PIECE
