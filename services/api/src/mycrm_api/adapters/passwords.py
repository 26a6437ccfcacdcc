"""Passwords as argon2id hashes, with OWASP's parameters for it (19 MiB, 2 passes, 1 lane).

Source: OWASP Password Storage Cheat Sheet. Hashing takes tens of milliseconds, so it is done in a
thread; and 19 MiB, which a thread keeps, so there is one thread for it, however many guess.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_KIBIBYTES = 19_456


class Argon2Passwords:
    """Hashes passwords and checks them."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=_KIBIBYTES, parallelism=1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return what may be stored of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hasher.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the one stored; an unknown account takes as long as a known one."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._fits, password, stored)

    def _fits(self, password: str, stored: str | None) -> bool:
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None
