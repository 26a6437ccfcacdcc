"""Do a step again that only met another one on the same rows: nothing of it has been stored."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mycrm_common.errors import MyCRMError

Done = TypeVar("Done")

_PAUSES = (0.02, 0.1, 0.4, 1.6)


async def insist(step: Callable[[], Awaitable[Done]]) -> Done:
    """Return what a step of one transaction returns, after a few more tries where it met another one."""
    for pause in _PAUSES:
        try:
            return await step()
        except MyCRMError as error:
            if error.code != "database_busy":
                raise
        await asyncio.sleep(pause * (1 + random.random()))  # noqa: S311 - keeps two that met from meeting again
    return await step()
