"""Imports: a file is read and previewed, applied when somebody says so, and can be undone."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from mycrm_api.domain.exports import ENGLISH, MARK, lines
from mycrm_api.domain.import_rows import ImportRow
from mycrm_api.domain.imports import MOVING, Act, Import, ImportState
from mycrm_api.domain.roles import Role
from mycrm_api.domain.sheets import TEMPLATE, Wish
from mycrm_api.ports.imports import ImportPieces, ImportRows, Imports
from mycrm_api.resources.downloads import download
from mycrm_api.resources.import_views import (
    ColumnsForm,
    ImportPage,
    ImportRowListForm,
    ImportRowPage,
    ImportRowView,
    ImportView,
    LayoutForm,
    shown_import,
    shown_row,
)
from mycrm_api.resources.lists import ListForm
from mycrm_api.resources.route import Answer, Call, Reply, Route
from mycrm_api.resources.uploads import MULTIPART, upload_of
from mycrm_api.resources.waiting import Patience
from mycrm_api.usecases.act_on_import import act_on_import
from mycrm_api.usecases.receive_import import forget_import, receive_import
from mycrm_common.clock import Clock
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.service import Wake
from mycrm_common.work import Reading, ReadingRoom, UnitOfWork

_SHOWN_ROWS = 50
_SOME_REJECTED = 200
_MOST_CAUSES = 50
_REJECTED = ("invalid", "conflict")
_DELETED_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What the routes of imports work with."""

    imports: Imports
    pieces: ImportPieces
    rows: ImportRows
    wake: Wake
    clock: Clock
    unit: UnitOfWork
    reading: ReadingRoom
    patience: Patience

    async def one(self, look: Reading, import_id: int) -> Import:
        """Return an import that is there."""
        found = await self.imports.by_id(look, import_id)
        if found is None or found.state is ImportState.UPLOADING:
            raise MyCRMError("import_not_found", Kind.NOT_FOUND, f"there is no import {import_id}")
        return found

    async def settled(self, import_id: int) -> Import:
        """Return an import when its present step has ended, or as it stands when that takes long."""
        self.wake.nudge()
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + self.patience.seconds, self.patience.pause_seconds / 8
        while True:
            async with self.reading() as look:
                found = await self.one(look, import_id)
            if found.state not in MOVING or loop.time() > until:
                return found
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, self.patience.pause_seconds)

    async def shown(self, look: Reading, one: Import) -> ImportView:
        """Return an import with its first rows, and why some are not taken."""
        page = await self.rows.page(look, one.id, kinds=(), reason=None, cursor=None, limit=_SHOWN_ROWS)
        rows = await self.shown_rows(look, page.items)
        # While rows are still being written, counting them again and again would only hold that up.
        causes = [] if one.state in MOVING else await self.rows.causes(look, one.id, limit=_MOST_CAUSES)
        return shown_import(one, names=await self.imports.names(look, [one.by]), rows=rows, causes=causes)

    async def shown_rows(self, look: Reading, rows: Iterable[ImportRow]) -> list[ImportRowView]:
        """Return rows, each with who was deleted with its address."""
        found = list(rows)
        keys = [row.email_key for row in found if row.email_key is not None and row.kind == "new"]
        gone = await self.rows.deleted_before(look, keys, since=self.clock.now() - _DELETED_FOR)
        return [shown_row(row, gone) for row in found]

    async def replied(self, one: Import, *, status: int) -> Reply:
        """Return an import, and 202 while its step is not over."""
        async with self.reading() as look:
            view = await self.shown(look, one)
        return Reply(view=view, status=202 if one.state in MOVING else status)


def routes(
    *,
    imports: Imports,
    pieces: ImportPieces,
    rows: ImportRows,
    wake: Wake,
    clock: Clock,
    unit: UnitOfWork,
    reading: ReadingRoom,
    patience: Patience,
) -> list[Route]:
    """Return the routes of imports; `wake` lets the job that carries them on begin at once."""
    desk = _Desk(
        imports=imports,
        pieces=pieces,
        rows=rows,
        wake=wake,
        clock=clock,
        unit=unit,
        reading=reading,
        patience=patience,
    )
    one = "/imports/{import_id}"
    return [
        Route(
            method="GET",
            path="/imports",
            handle=partial(_show_page, desk),
            needs=Role.MEMBER,
            summary="a page of the imports, the newest first",
            query=ListForm,
            gives=ImportPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="POST",
            path="/imports",
            handle=partial(_upload, desk),
            needs=Role.MEMBER,
            summary="read a file of customers, CSV or XLSX, and preview what it would change; nothing is changed "
            "yet; 202 when reading takes longer than 20 s",
            upload=MULTIPART,
            query=LayoutForm,
            gives=ImportView,
            later=ImportView,
            status=201,
            problems=(
                "body_unreadable",
                "columns_many",
                "columns_wrong",
                "import_empty",
                "media_type_unsupported",
                "sheet_unreadable",
            ),
        ),
        Route(
            method="GET",
            path=one,
            handle=partial(_show, desk),
            needs=Role.MEMBER,
            summary="one import: how far it is, and its first rows",
            gives=ImportView,
            problems=("import_not_found",),
        ),
        Route(
            method="POST",
            path=f"{one}/columns",
            handle=partial(_read_again, desk),
            needs=Role.MEMBER,
            summary="say how the file is laid out and which field each column is; it is read anew",
            takes=ColumnsForm,
            gives=ImportView,
            later=ImportView,
            problems=("import_not_found", "import_state_wrong", "columns_wrong", "import_empty"),
        ),
        Route(
            method="GET",
            path=f"{one}/rows",
            handle=partial(_show_rows, desk),
            needs=Role.MEMBER,
            summary="a page of what the rows of the file mean",
            query=ImportRowListForm,
            gives=ImportRowPage,
            problems=("import_not_found", "cursor_invalid"),
        ),
        _acting(one, Act.APPLY, desk, "make the changes; 202 when that takes longer than 20 s"),
        _acting(one, Act.UNDO, desk, "take the changes back; 202 when that takes longer than 20 s"),
        _acting(one, Act.CANCEL, desk, "stop reading or applying; what is applied can be undone"),
        Route(
            method="GET",
            path=f"{one}/rejected",
            handle=partial(_rejected, desk),
            needs=Role.MEMBER,
            summary="what was not taken, with reasons, to be corrected and sent again",
            media="text/csv",
            problems=("import_not_found",),
        ),
    ]


def _acting(one: str, act: Act, desk: _Desk, summary: str) -> Route:
    return Route(
        method="POST",
        path=f"{one}/{act.value}",
        handle=partial(_do, desk, act),
        needs=Role.MEMBER,
        summary=summary,
        gives=ImportView,
        later=ImportView,
        problems=("import_not_found", "import_state_wrong"),
    )


async def _show_page(desk: _Desk, call: Call) -> Answer:
    form: ListForm = call.query
    async with desk.reading() as look:
        page = await desk.imports.page(look, cursor=form.cursor, limit=form.limit)
        names = await desk.imports.names(look, [one.by for one in page.items])
    return ImportPage(
        items=tuple(shown_import(one, names=names) for one in page.items),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        total=page.total,
    )


async def _upload(desk: _Desk, call: Call) -> Answer:
    form: LayoutForm = call.query
    upload = await upload_of(call.request)
    import_id = await receive_import(
        upload.pieces(),
        file_name=upload.name,
        by=call.caller.signature,
        wish=form.wish(),
        imports=desk.imports,
        pieces=desk.pieces,
        unit=desk.unit,
    )
    found = await desk.settled(import_id)
    if found.state is ImportState.FAILED:
        await forget_import(import_id, imports=desk.imports, unit=desk.unit)
        raise _refused(found)
    return await desk.replied(found, status=201)


async def _show(desk: _Desk, call: Call) -> Answer:
    async with desk.reading() as look:
        return await desk.shown(look, await desk.one(look, call.number("import_id")))


async def _read_again(desk: _Desk, call: Call) -> Answer:
    form: ColumnsForm = call.body
    return await _acted(desk, call, Act.READ, form.wish())


async def _do(desk: _Desk, act: Act, call: Call) -> Answer:
    return await _acted(desk, call, act, None)


async def _acted(desk: _Desk, call: Call, act: Act, wish: Wish | None) -> Answer:
    import_id = call.number("import_id")
    await act_on_import(
        import_id, act, by=call.caller.signature, wish=wish, imports=desk.imports, unit=desk.unit
    )
    return await desk.replied(await desk.settled(import_id), status=200)


async def _show_rows(desk: _Desk, call: Call) -> Answer:
    form: ImportRowListForm = call.query
    kinds = () if form.kind is None else (form.kind,)
    async with desk.reading() as look:
        found = await desk.one(look, call.number("import_id"))
        page = await desk.rows.page(
            look, found.id, kinds=kinds, reason=form.reason, cursor=form.cursor, limit=form.limit
        )
        return ImportRowPage(
            items=tuple(await desk.shown_rows(look, page.items)),
            next_cursor=page.next_cursor,
            previous_cursor=page.previous_cursor,
            total=page.total,
        )


async def _rejected(desk: _Desk, call: Call) -> Answer:
    async with desk.reading() as look:
        found = await desk.one(look, call.number("import_id"))
    name = found.file_name.rpartition(".")[0] or found.file_name
    return download(_rejected_lines(desk, found.id), name=f"{name}-rejected.csv")


async def _rejected_lines(desk: _Desk, import_id: int) -> AsyncIterator[bytes]:
    yield MARK.encode() + lines([(*ENGLISH, "Line", "Reason")])
    number = 0
    while True:
        async with desk.reading() as look:
            rows = await desk.rows.after(
                look, import_id, number=number, kinds=_REJECTED, limit=_SOME_REJECTED
            )
        if not rows:
            return
        number = rows[-1].number
        yield lines(_rejected_cells(row) for row in rows)


def _rejected_cells(row: ImportRow) -> list[str]:
    said = dict(row.fields) | ({"email": row.email} if row.email_key else {})
    texts = [str(said.get(field, "")).encode("utf-8", "replace").decode() for field, _, _ in TEMPLATE]
    reason = row.reason
    told = "" if reason is None else ": ".join(part for part in (reason.code, reason.detail) if part)
    return [*texts, str(row.line), told]


def _refused(one: Import) -> MyCRMError:
    fault = FieldFault(field="file", code=one.error, message=one.error_detail)
    kind = Kind.BUG if one.error == "internal_error" else Kind.INVALID
    return MyCRMError(one.error, kind, one.error_detail, errors=[fault])
