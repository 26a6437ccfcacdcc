"""Carry on every import that is under way, each a step at a time in turn, so that a small one never waits for a large.

How far each has come stands in the database, so another process can take over after any step. What is wrong with a
file ends its import, and no other one.
"""

from collections.abc import AsyncGenerator
from functools import partial
from time import monotonic

from mycrm_api.domain.imports import Import, ImportState, fitting
from mycrm_api.usecases.apply_import import ImportHand, apply_some
from mycrm_api.usecases.insist import insist
from mycrm_api.usecases.read_import import ImportReader, read_import
from mycrm_api.usecases.tell_import import put_import
from mycrm_api.usecases.undo_import import undo_some
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger

Steps = AsyncGenerator[None]

_FIRST = 100


async def carry_imports(*, reader: ImportReader, hand: ImportHand, log: Logger) -> None:
    """Return when no import is under way any more."""
    carrier = _Carrier(reader=reader, hand=hand, log=log)
    try:
        while await carrier.go_round():
            pass
    finally:
        await carrier.close()


class _Carrier:
    """Remembers which files are open, and how many rows each import takes in one step."""

    def __init__(self, *, reader: ImportReader, hand: ImportHand, log: Logger) -> None:
        self._reader = reader
        self._hand = hand
        self._log = log
        self._open: dict[int, Steps] = {}
        self._sizes: dict[int, int] = {}

    async def go_round(self) -> bool:
        """Do one step of each import that is under way; False when there is none."""
        async with self._reader.reading() as look:
            ids = await self._reader.imports.moving(look)
        for import_id in ids:
            try:
                await self._step(import_id)
            except MyCRMError as error:
                if error.kind is Kind.UNAVAILABLE:
                    raise
                await self._fail(import_id, code=error.code, detail=error.detail)
            except Exception as error:  # noqa: BLE001 - what strangers wrote must not stop the imports of others
                self._log.error("import.failed", error=error, import_id=import_id, exc_info=error)
                await self._fail(import_id, code="internal_error", detail="the log has the details")
        return bool(ids)

    async def close(self) -> None:
        """Close every file."""
        for import_id in list(self._open):
            await self._open.pop(import_id).aclose()

    async def _step(self, import_id: int) -> None:
        async with self._reader.reading() as look:
            one = await self._reader.imports.by_id(look, import_id)
        if one is None:
            return
        if one.state is ImportState.READING:
            await self._read(import_id)
        else:
            await self._carry_out(one)

    async def _read(self, import_id: int) -> None:
        steps = self._open.setdefault(import_id, read_import(import_id, by=self._reader))
        try:
            await anext(steps)
        except StopAsyncIteration:
            del self._open[import_id]
        except BaseException:
            await self._open.pop(import_id).aclose()
            raise

    async def _carry_out(self, one: Import) -> None:
        act = apply_some if one.state is ImportState.APPLYING else undo_some
        size = self._sizes.get(one.id, _FIRST)
        began = monotonic()
        done = await insist(partial(act, one.id, most=size, by=self._hand))
        if done == size:
            self._sizes[one.id] = fitting(size, seconds=monotonic() - began)

    async def _fail(self, import_id: int, *, code: str, detail: str) -> None:
        async with self._hand.unit() as work:
            one = await self._hand.imports.hold(work, import_id)
            if one is not None:
                await put_import(
                    work, one, state=ImportState.FAILED, error=(code, detail), imports=self._hand.imports
                )
