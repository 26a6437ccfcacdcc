"""Wait for what a check finds, holding nothing open meanwhile."""

import asyncio

from mycrm_api.domain.checks import Check
from mycrm_api.ports.checks import Checks
from mycrm_common.work import ReadingRoom


async def await_check(
    request_id: str, *, checks: Checks, reading: ReadingRoom, patience_seconds: float, pause_seconds: float
) -> Check | None:
    """Return the finding, or None when it has not come in time."""
    # Looked at by the clock rather than broken off: a query that is cancelled costs its connection.
    tell_time = asyncio.get_running_loop().time
    deadline = tell_time() + patience_seconds
    while True:
        async with reading() as look:
            found = await checks.answer(look, request_id)
        if found is not None or tell_time() >= deadline:
            return found
        await asyncio.sleep(pause_seconds)
