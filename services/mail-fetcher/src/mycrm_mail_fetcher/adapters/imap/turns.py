"""Who may speak on a connection: those who fetch mail go together, everybody else goes alone, as they came.

Answers to FETCH tell by themselves to what they belong; those to other commands tell nothing of the kind.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """The order of those who want to speak."""

    def __init__(self) -> None:
        self._gate = asyncio.Lock()
        self._fetching = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """The turn of one who fetches; others may fetch meanwhile."""
        async with self._gate:
            self._fetching += 1
            self._quiet.clear()
        try:
            yield
        finally:
            self._fetching -= 1
            if not self._fetching:
                self._quiet.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """The turn of one whom nobody may interrupt."""
        async with self._gate:
            await self._quiet.wait()
            yield
