"""Imports in the database; who carries one on holds its row, so that two never do the same piece."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.imports import MOVING, Import, ImportState, counted
from mycrm_api.domain.sheets import Layout, Wish, layout_of, to_json, wish_of
from mycrm_api.store import import_pieces, import_rows
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.signatures import names_of
from mycrm_common.db.tables.imports import imports
from mycrm_common.ids import new_id
from mycrm_common.work import Reading, Work

_ORDER = Order(id=imports.c.id, descending=True)
_SHOWN = imports.c.state != ImportState.UPLOADING
_MOST_DETAIL = 1_000


async def begin(work: Work, *, file_name: str, by: str, wish: Wish) -> int:
    """Write down that a file is being sent, and return its number."""
    done = await work.connection.execute(
        insert(imports).values(
            file_name=file_name,
            size=0,
            state=ImportState.UPLOADING,
            made_by=by,
            change_id=new_id(work.at),
            undone_by="",
            undo_id=new_id(work.at),
            layout=_layout(wish, None),
            records_read=0,
            rows_made=0,
            counts="{}",
            error="",
            error_detail="",
            created_at=work.at,
            changed_at=work.at,
        )
    )
    return int(done.lastrowid)


async def by_id(reading: Reading, import_id: int) -> Import | None:
    """Return the import of that id."""
    row = (await reading.connection.execute(select(imports).where(imports.c.id == import_id))).first()
    return _import(row) if row else None


async def hold(work: Work, import_id: int) -> Import | None:
    """Return the import as it stands, and let nobody else carry it on before this work is done."""
    wanted = select(imports).where(imports.c.id == import_id).with_for_update()
    row = (await work.connection.execute(wanted)).first()
    return _import(row) if row else None


async def page(reading: Reading, *, cursor: str | None, limit: int) -> Page[Import]:
    """Return a page of the imports, the newest first."""
    listing = Listing(sort="-id", kinds=(int,))
    place = listing.read(cursor)
    found = await walk(reading, select(imports).where(_SHOWN), _ORDER, cursor=place, limit=limit + 1)
    turned = turn(found, lambda row: (row.id,), cursor=place, listing=listing, limit=limit)
    total = await reading.connection.execute(select(func.count()).select_from(imports).where(_SHOWN))
    return Page(
        items=[_import(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=int(total.scalar_one()),
    )


async def names(reading: Reading, signatures: Iterable[str]) -> dict[str, str]:
    """Return the names of those who have sent files; an account that is gone has none."""
    return await names_of(reading, signatures)


async def moving(reading: Reading) -> list[int]:
    """Return the ids of the imports that are to be carried on."""
    open_ones = select(imports.c.id).where(imports.c.state.in_(MOVING)).order_by(imports.c.id)
    return list((await reading.connection.execute(open_ones)).scalars())


async def put(
    work: Work,
    import_id: int,
    *,
    layout: tuple[Wish, Layout | None] | None = None,
    counts: dict[str, int] | None = None,
    error: tuple[str, str] | None = None,
    **values: Any,
) -> None:
    """Write down how an import stands now; what is not said stays as it is."""
    if layout is not None:
        values["layout"] = _layout(*layout)
    if counts is not None:
        values["counts"] = json.dumps(counts)
    if error is not None:
        values |= {"error": error[0], "error_detail": error[1][:_MOST_DETAIL]}
    await work.connection.execute(
        update(imports).where(imports.c.id == import_id).values(**values, changed_at=work.at)
    )


async def forget(work: Work, import_id: int, *, limit: int) -> bool:
    """Remove some of an import, itself last; False when nothing of it is left."""
    if await import_pieces.remove(work, import_id, limit=limit):
        return True
    if await import_rows.clear(work, import_id, limit=limit):
        return True
    await work.connection.execute(delete(imports).where(imports.c.id == import_id))
    return False


async def old(
    reading: Reading, states: Iterable[ImportState], *, changed_before: datetime, limit: int
) -> list[int]:
    """Return the ids of imports in these states whose time is over."""
    over = (
        select(imports.c.id)
        .where(imports.c.state.in_([state.value for state in states]), imports.c.changed_at < changed_before)
        .order_by(imports.c.id)
        .limit(limit)
    )
    return list((await reading.connection.execute(over)).scalars())


def _layout(wish: Wish, layout: Layout | None) -> str:
    kept = {"wish": to_json(wish), "found": None if layout is None else to_json(layout)}
    return json.dumps(kept, ensure_ascii=False)


def _import(row: Row[Any]) -> Import:
    kept = json.loads(row.layout)
    return Import(
        id=row.id,
        file_name=row.file_name,
        size=row.size,
        state=ImportState(row.state),
        by=row.made_by,
        change_id=row.change_id,
        undone_by=row.undone_by,
        undo_id=row.undo_id,
        layout=None if kept["found"] is None else layout_of(kept["found"]),
        wish=wish_of(kept["wish"]),
        records_read=row.records_read,
        rows_made=row.rows_made,
        counts=counted(json.loads(row.counts)),
        error=row.error,
        error_detail=row.error_detail,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
