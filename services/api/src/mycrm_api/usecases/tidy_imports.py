"""Forget imports whose time is over, some at a time.

An upload that broke off with its process goes after an hour, a preview that nobody has applied after a week, and what
was done after 30 days: so long an import can be undone. Its file goes as soon as nothing is to be read of it.
"""

from datetime import timedelta

from mycrm_api.domain.imports import ImportState
from mycrm_api.ports.imports import ImportPieces, Imports
from mycrm_api.usecases.receive_import import forget_import
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom, UnitOfWork

_LASTS = (
    ((ImportState.UPLOADING,), timedelta(hours=1)),
    ((ImportState.PREVIEWED,), timedelta(days=7)),
    (
        (ImportState.APPLIED, ImportState.UNDONE, ImportState.FAILED, ImportState.CANCELLED),
        timedelta(days=30),
    ),
)
_SOME = 20


async def tidy_imports(
    *, imports: Imports, pieces: ImportPieces, clock: Clock, reading: ReadingRoom, unit: UnitOfWork
) -> None:
    """Forget what is old, and the files that are read."""
    for states, lasts in _LASTS:
        async with reading() as look:
            over = await imports.old(look, states, changed_before=clock.now() - lasts, limit=_SOME)
        for import_id in over:
            await forget_import(import_id, imports=imports, unit=unit)
    async with reading() as look:
        read = await pieces.of_read_files(look)
    for import_id in read:
        is_left = True
        while is_left:
            async with unit() as work:
                is_left = await pieces.remove(work, import_id, limit=_SOME)
