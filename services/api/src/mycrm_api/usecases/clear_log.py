"""Clear a service's log; that it was cleared, and by whom, stays in the log of api."""

from mycrm_api.ports import Logs
from mycrm_common.logs import Logger
from mycrm_common.work import UnitOfWork


async def clear_log(service: str, *, by: str, logs: Logs, log: Logger, unit: UnitOfWork) -> None:
    """Remove every line of a service's log."""
    async with unit() as work:
        lines = await logs.clear(work, service)
    log.info("log.cleared", cleared=service, by=by, lines=lines)
