"""Try one parked event again, from the first attempt."""

from mycrm_api.domain.parked import check_replayable
from mycrm_api.ports.events import Parked
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger
from mycrm_common.work import UnitOfWork


async def replay_parked(parked_id: int, *, by: str, parked: Parked, log: Logger, unit: UnitOfWork) -> None:
    """Make one parked event due; one that can only be looked at is refused."""
    async with unit() as work:
        event = await parked.by_id(work, parked_id)
        if event is None:
            raise MyCRMError("parked_not_found", Kind.NOT_FOUND, f"no parked event {parked_id}")
        check_replayable(event)
        await parked.make_due(work, [parked_id])
    log.info("events.replayed", by=by, events=1, event_id=event.event_id, consumer=event.consumer)
