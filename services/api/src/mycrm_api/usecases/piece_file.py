"""A file that lies in pieces in the database, as the readers of tables take one: from a thread, at any place."""

import asyncio
import io
from collections.abc import Coroutine
from typing import Any, TypeVar

from mycrm_api.ports.imports import ImportPieces
from mycrm_api.usecases.receive_import import FILE, PIECE
from mycrm_common.work import ReadingRoom, UnitOfWork

Answer = TypeVar("Answer")

_TEXTS = "texts"
_PATIENCE_SECONDS = 60
# A zip whose list of parts is larger is none that people make; its reader takes the list at once.
_MOST_AT_ONCE = 8 * 1024 * 1024


class _Loop:
    """Asks the database from another thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def wait_for(self, asking: Coroutine[Any, Any, Answer]) -> Answer:
        """Return what the loop of the service answers."""
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result(_PATIENCE_SECONDS)


class PieceFile(io.RawIOBase):
    """Reads a file by its pieces, and keeps the one that was read last; when it is closed, its reader ends."""

    def __init__(self, import_id: int, *, size: int, pieces: ImportPieces, reading: ReadingRoom) -> None:
        super().__init__()
        self._import_id = import_id
        self._size = size
        self._pieces = pieces
        self._reading = reading
        self._loop = _Loop()
        self._place = 0
        self._kept: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to another place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, fewer only at the end; never very many at once."""
        if self.closed:
            raise ValueError("nobody wants it any more")
        left = max(0, self._size - self._place)
        wanted = left if size < 0 else min(size, left)
        if wanted > _MOST_AT_ONCE:
            raise ValueError("too much is asked for at once")
        found = bytearray()
        while len(found) < wanted:
            position, start = divmod(self._place, PIECE)
            some = self._piece(position)[start : start + wanted - len(found)]
            if not some:
                raise ValueError("a piece of the file is missing")
            found += some
            self._place += len(some)
        return bytes(found)

    def _piece(self, position: int) -> bytes:
        if self._kept[0] != position:
            self._kept = position, self._loop.wait_for(self._fetch(position))
        return self._kept[1]

    async def _fetch(self, position: int) -> bytes:
        async with self._reading() as look:
            return await self._pieces.get(look, self._import_id, FILE, position=position) or b""


class TextShelf:
    """Keeps the blocks of a workbook's texts beside its file."""

    def __init__(
        self, import_id: int, *, pieces: ImportPieces, unit: UnitOfWork, reading: ReadingRoom
    ) -> None:
        self._import_id = import_id
        self._pieces = pieces
        self._unit = unit
        self._reading = reading
        self._loop = _Loop()

    def put(self, position: int, block: bytes) -> None:
        """Put a block in its place."""
        self._loop.wait_for(self._put(position, block))

    def get(self, position: int) -> bytes | None:
        """Return the block at that place."""
        return self._loop.wait_for(self._get(position))

    async def _put(self, position: int, block: bytes) -> None:
        async with self._unit() as work:
            await self._pieces.put(work, self._import_id, _TEXTS, position=position, piece=block)

    async def _get(self, position: int) -> bytes | None:
        async with self._reading() as look:
            return await self._pieces.get(look, self._import_id, _TEXTS, position=position)
