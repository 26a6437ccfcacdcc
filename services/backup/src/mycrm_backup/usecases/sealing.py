"""A dump as the bytes of one zip file, encrypted or not, counted and summed up on its way to the target."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from hashlib import sha256

from mycrm_backup.domain.zipping import ZipWriter
from mycrm_backup.ports import Cipher, Dump, Pieces
from mycrm_common.tasks import TaskNursery

# Small enough for the memory, large enough for a line over the sea.
_BLOCK = 1 << 20

Sent = Callable[[int], Awaitable[None]]


async def ahead(pieces: Pieces) -> Pieces:
    """Give the pieces, and let the next one be made while this one is being used."""
    nursery = TaskNursery()
    async with aclosing(pieces):
        try:
            following = nursery.start(_next(pieces), name="next piece")
            while (piece := await following) is not None:
                following = nursery.start(_next(pieces), name="next piece")
                yield piece
        finally:
            await nursery.close()


async def _next(pieces: Pieces) -> bytes | None:
    return await anext(pieces, None)


class Seal:
    """What is known of a copy's file that went by: its size and checksum, when it is through."""

    def __init__(self, *, at: datetime, cipher: Cipher, sent: Sent) -> None:
        self.bytes = 0
        self._at = at
        self._sha256 = sha256()
        self._cipher = cipher
        self._sent = sent

    @property
    def sha256(self) -> str:
        """The checksum of all that went by."""
        return self._sha256.hexdigest()

    async def pieces(self, dump: Dump) -> Pieces:
        """Give the zip file, encrypted where that is wished, in blocks."""
        block: list[bytes] = []
        held = 0
        async with aclosing(self._cipher.sealed(self._packed(dump))) as packed:
            async for piece in packed:
                block.append(piece)
                held += len(piece)
                if held >= _BLOCK:
                    yield await self._count(block)
                    block, held = [], 0
        if held:
            yield await self._count(block)

    async def _packed(self, dump: Dump) -> Pieces:
        archive = ZipWriter(at=self._at)
        async with aclosing(dump.members()) as members:
            async for name, pieces in members:
                yield archive.begin(name)
                async with aclosing(ahead(pieces)) as coming:
                    async for piece in coming:
                        yield await asyncio.to_thread(archive.add, piece)
                yield await asyncio.to_thread(archive.end)
        yield archive.close()

    async def _count(self, block: list[bytes]) -> bytes:
        whole = b"".join(block)
        await asyncio.to_thread(self._sha256.update, whole)
        self.bytes += len(whole)
        await self._sent(self.bytes)
        return whole
