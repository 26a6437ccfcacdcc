"""Try parked events again, all of a kind, from the first attempt.

There may be very many: they are made due in small pieces, in the order of their ids, each of them once; one that
fails at once and is parked anew meanwhile is not taken a second time.
"""

from mycrm_api.domain.parked import ParkedFilter
from mycrm_api.ports.events import Parked
from mycrm_common.logs import Logger
from mycrm_common.work import UnitOfWork

_PIECE = 200


async def replay_all_parked(
    which: ParkedFilter, *, by: str, parked: Parked, log: Logger, unit: UnitOfWork
) -> int:
    """Make those parked events due that can be tried again, and return how many."""
    count, last, is_more = 0, 0, True
    while is_more:
        async with unit() as work:
            ids = await parked.replayable_ids(work, which, after=last, limit=_PIECE)
            count += await parked.make_due(work, ids)
        is_more = len(ids) == _PIECE
        last = max(ids, default=last)
    log.info("events.replayed", by=by, events=count, consumer=which.consumer, type=which.type)
    return count
