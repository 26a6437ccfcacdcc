"""One conversation with a mail server at a time, over all replicas.

Servers share some leases by their addresses' digests, so that no row is left behind for each of them.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from mycrm_common.db import leases
from mycrm_common.work import UnitOfWork

_LEASES: Final = 64
# Longer than a conversation may take.
_TTL: Final = timedelta(minutes=3)
_TRIES: Final = 10
_PAUSE_SECONDS: Final = 1.0


class LeasedTurns:
    """Turns at mail servers, kept in the database."""

    def __init__(
        self, *, unit: UnitOfWork, holder: str, tries: int = _TRIES, pause_seconds: float = _PAUSE_SECONDS
    ) -> None:
        self._unit = unit
        self._tries = tries
        self._pause_seconds = pause_seconds
        self._holder = holder
        self._locks = [asyncio.Lock() for _ in range(_LEASES)]

    @asynccontextmanager
    async def one_at(self, host: str) -> AsyncIterator[bool]:
        """Be the only one who talks to a server; False where somebody else does so for too long."""
        number = hashlib.sha256(host.encode()).digest()[0] % _LEASES
        async with self._locks[number]:
            lease = await self._taken(f"verifier.smtp.{number}")
            try:
                yield lease is not None
            finally:
                if lease is not None:
                    async with self._unit() as work:
                        await leases.release(work, lease)

    async def _taken(self, name: str) -> leases.Lease | None:
        for tries in range(self._tries):
            if tries:
                await asyncio.sleep(self._pause_seconds)
            async with self._unit() as work:
                lease = await leases.acquire(work, name, holder=self._holder, ttl=_TTL)
            if lease is not None:
                return lease
        return None
