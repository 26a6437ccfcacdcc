"""Files of imports in pieces, and the texts of workbooks in blocks."""

from sqlalchemy import delete, insert, select

from mycrm_api.domain.imports import ImportState
from mycrm_common.db.tables.imports import import_pieces, imports
from mycrm_common.work import Reading, Work

_C = import_pieces.c
_NEEDED = (ImportState.UPLOADING, ImportState.READING, ImportState.PREVIEWED)


async def put(work: Work, import_id: int, part: str, *, position: int, piece: bytes) -> None:
    """Put a piece in its place; another one may have been there."""
    await work.connection.execute(
        delete(import_pieces).where(_C.import_id == import_id, _C.part == part, _C.position == position)
    )
    await work.connection.execute(
        insert(import_pieces).values(import_id=import_id, part=part, position=position, bytes=piece)
    )


async def get(reading: Reading, import_id: int, part: str, *, position: int) -> bytes | None:
    """Return the piece at that place."""
    wanted = select(_C.bytes).where(_C.import_id == import_id, _C.part == part, _C.position == position)
    found: bytes | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def remove(work: Work, import_id: int, *, limit: int) -> bool:
    """Remove some pieces; False when there was none."""
    some = select(_C.part, _C.position).where(_C.import_id == import_id).limit(limit)
    found = (await work.connection.execute(some)).all()
    for part in {row.part for row in found}:
        positions = [row.position for row in found if row.part == part]
        await work.connection.execute(
            delete(import_pieces).where(
                _C.import_id == import_id, _C.part == part, _C.position.in_(positions)
            )
        )
    return bool(found)


async def of_read_files(reading: Reading) -> list[int]:
    """Return the imports of whose files nothing is to be read any more."""
    has_pieces = select(_C.import_id).where(_C.import_id == imports.c.id).exists()
    read = select(imports.c.id).where(imports.c.state.not_in(_NEEDED), has_pieces).order_by(imports.c.id)
    return list((await reading.connection.execute(read)).scalars())
