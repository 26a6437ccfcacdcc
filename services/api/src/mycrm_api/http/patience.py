"""A request that only met another one on the same rows is done again, soon and seldom.

That is right while nothing of it has been stored: what was rolled back never was. As soon as one transaction of the
request has been committed, doing it again could find its own work in the way (a second set-up finds the first), so
from then on it is given up, unless the route says that it may be repeated.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from mycrm_api.resources.route import Answer, Call, Route
from mycrm_common.errors import MyCRMError
from mycrm_common.work import UnitOfWork, Work

_PAUSES = (0.02, 0.1, 0.4)


@dataclass(kw_only=True)
class _Notes:
    """What one try of a request has left behind."""

    has_stored: bool = False


_notes: ContextVar[_Notes | None] = ContextVar("mycrm_request_notes", default=None)


def noting(unit: UnitOfWork) -> UnitOfWork:
    """Return the same units of work; those of a request note there that something was stored."""

    @asynccontextmanager
    async def noted() -> AsyncIterator[Work]:
        async with unit() as work:
            yield work
        notes = _notes.get()
        if notes is not None:
            notes.has_stored = True

    return noted


async def patiently(route: Route, call: Call) -> Answer:
    """Answer a call, and begin anew where it met another one and has left nothing behind."""
    for pause in _PAUSES:
        notes = _Notes()
        token = _notes.set(notes)
        try:
            return await route.handle(call)
        except MyCRMError as error:
            if error.code != "database_busy" or (notes.has_stored and not route.repeatable):
                raise
        finally:
            _notes.reset(token)
        await asyncio.sleep(pause * (1 + random.random()))  # noqa: S311 - keeps two that met from meeting again
    return await route.handle(call)
