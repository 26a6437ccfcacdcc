"""Take in the file of an import, piece by piece; it lies in the database, where every replica can read it."""

from collections.abc import AsyncIterator
from functools import partial

from mycrm_api.domain.imports import ImportState
from mycrm_api.domain.sheets import Wish
from mycrm_api.ports.imports import ImportPieces, Imports
from mycrm_api.usecases.insist import insist
from mycrm_api.usecases.tell_import import put_import
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import UnitOfWork

PIECE = 512 * 1024
FILE = "file"
_MOST_AT_ONCE = 16


async def receive_import(
    parts: AsyncIterator[bytes],
    *,
    file_name: str,
    by: str,
    wish: Wish,
    imports: Imports,
    pieces: ImportPieces,
    unit: UnitOfWork,
) -> int:
    """Return the number of the import whose file has come whole; of one that breaks off nothing is kept."""
    async with unit() as work:
        import_id = await imports.begin(work, file_name=file_name, by=by, wish=wish)
    try:
        size = await _store(parts, import_id, pieces=pieces, unit=unit)
    except BaseException:
        await forget_import(import_id, imports=imports, unit=unit)
        raise
    async with unit() as work:
        one = await imports.hold(work, import_id)
        if one is not None:
            await put_import(work, one, state=ImportState.READING, size=size, imports=imports)
    return import_id


async def forget_import(import_id: int, *, imports: Imports, unit: UnitOfWork) -> None:
    """Remove all of an import, some at a time."""
    is_left = True
    while is_left:
        async with unit() as work:
            is_left = await imports.forget(work, import_id, limit=_MOST_AT_ONCE)


async def _store(
    parts: AsyncIterator[bytes], import_id: int, *, pieces: ImportPieces, unit: UnitOfWork
) -> int:
    size = position = 0
    waiting = bytearray()

    async def put(piece: bytes) -> None:
        async with unit() as work:
            await pieces.put(work, import_id, FILE, position=position, piece=piece)

    async for part in parts:
        waiting += part
        while len(waiting) >= PIECE:
            await insist(partial(put, bytes(waiting[:PIECE])))
            del waiting[:PIECE]
            size, position = size + PIECE, position + 1
    if waiting:
        await insist(partial(put, bytes(waiting)))
    if not size + len(waiting):
        raise MyCRMError("import_empty", Kind.INVALID, "the file is empty")
    return size + len(waiting)
