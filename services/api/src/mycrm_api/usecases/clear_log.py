"""Clear a service's log; that it was cleared, and by whom, stays in the log of api.

A log may be long: it is removed in small pieces, so that whoever writes meanwhile need not wait for the whole.
"""

from mycrm_api.ports.logs import Logs
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork

_PIECE = 500


async def clear_log(
    service: str, *, by: str, logs: Logs, log: Logger, reading: ReadingRoom, unit: UnitOfWork
) -> None:
    """Remove every line of a service's log that is there now."""
    async with reading() as look:
        until = await logs.newest(look, service)
    lines, removed = 0, _PIECE
    while until is not None and removed == _PIECE:
        async with unit() as work:
            removed = await logs.clear_some(work, service, until=until, limit=_PIECE)
        lines += removed
    log.info("log.cleared", cleared=service, by=by, lines=lines)
