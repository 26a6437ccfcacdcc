"""Try parked events again, from the first attempt."""

from mycrm_api.ports import Parked
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.work import UnitOfWork


async def replay_parked(
    parked_id: int | None, *, by: str, parked: Parked, log: Logger, unit: UnitOfWork
) -> int:
    """Make one parked event due, or all of them for None, and return how many."""
    async with unit() as work:
        count = await parked.make_due(work, parked_id)
    if parked_id is not None and not count:
        raise MyCRMError("parked_not_found", Kind.NOT_FOUND, f"no parked event {parked_id}")
    log.info("events.replayed", by=by, events=count)
    return count
