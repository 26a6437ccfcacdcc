"""Wait for another service's answer, holding nothing open meanwhile."""

import asyncio

from mycrm_api.domain.requests import MailboxAnswer
from mycrm_api.ports.requests import Requests
from mycrm_common.work import ReadingRoom


async def await_answer(
    request_id: str,
    *,
    requests: Requests,
    reading: ReadingRoom,
    patience_seconds: float,
    pause_seconds: float,
) -> MailboxAnswer | None:
    """Return the answer, or None when it has not come in time."""
    # Looked at by the clock rather than broken off: a query that is cancelled costs its connection.
    tell_time = asyncio.get_running_loop().time
    deadline = tell_time() + patience_seconds
    while True:
        async with reading() as look:
            answer = await requests.mailbox_answer(look, request_id)
        if answer is not None or tell_time() >= deadline:
            return answer
        await asyncio.sleep(pause_seconds)
