"""Read the file of an import, some lines at a time, and find out what each would change. Nothing is changed yet.

A transaction writes down what some lines mean and how many lines that makes, so that another process can go on where
this one died: it reads over what is done.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import BinaryIO, cast

from mycrm_api.domain.customers import Customer
from mycrm_api.domain.import_rows import ImportRow, judged, merged
from mycrm_api.domain.imports import Import, ImportState, counted
from mycrm_api.domain.sheets import Layout, Record
from mycrm_api.ports.changes import CustomerSets
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_api.ports.imports import ImportPieces, ImportRows, Imports, Sheets
from mycrm_api.usecases.insist import insist
from mycrm_api.usecases.piece_file import PieceFile, TextShelf
from mycrm_api.usecases.tell_import import put_import
from mycrm_api.usecases.understand_lines import understand_lines
from mycrm_common.work import ReadingRoom, UnitOfWork

_LINES = 250
_MOST_CLEARED = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReader:
    """What reading an import takes."""

    imports: Imports
    pieces: ImportPieces
    rows: ImportRows
    sets: CustomerSets
    sheets: Sheets
    addresses: Addresses
    rich_text: RichText
    unit: UnitOfWork
    reading: ReadingRoom


async def read_import(import_id: int, *, by: ImportReader) -> AsyncGenerator[None]:
    """Read on until the import is previewed or somebody stops it; each step is some lines."""
    async with by.reading() as look:
        one = await by.imports.by_id(look, import_id)
    if one is None or one.state is not ImportState.READING:
        return
    if one.layout is None:
        one = await _lay_out(one, by=by)
    layout = one.layout
    assert layout is not None  # noqa: S101 - it has just been found
    file, shelf = _opened(one, by=by)
    with closing(file):
        lines = await asyncio.to_thread(by.sheets.records, file, layout, shelf)
        await asyncio.to_thread(_skip, lines, one.records_read)
        read, is_open = one.records_read, True
        while is_open:
            some = await asyncio.to_thread(_take, lines)
            is_open = await _read_some(import_id, some, layout, read=read, by=by)
            read += len(some)
            yield


async def _lay_out(one: Import, *, by: ImportReader) -> Import:
    """Find out how the file is laid out, after all is gone that another layout had meant."""
    is_left = True
    while is_left:
        async with by.unit() as work:
            is_left = await by.rows.clear(work, one.id, limit=_MOST_CLEARED)
    file, shelf = _opened(one, by=by)
    with closing(file):
        layout = await asyncio.to_thread(by.sheets.look, file, one.wish, shelf)
    async with by.unit() as work:
        await by.imports.put(work, one.id, layout=(one.wish, layout))
    return replace(one, layout=layout)


def _opened(one: Import, *, by: ImportReader) -> tuple[BinaryIO, TextShelf]:
    file = PieceFile(one.id, size=one.size, pieces=by.pieces, reading=by.reading)
    return cast("BinaryIO", file), TextShelf(one.id, pieces=by.pieces, unit=by.unit, reading=by.reading)


def _take(lines: Iterator[Record]) -> list[Record]:
    return list(islice(lines, _LINES))


def _skip(lines: Iterator[Record], count: int) -> None:
    next(islice(lines, count, count), None)


async def _read_some(
    import_id: int, lines: Sequence[Record], layout: Layout, *, read: int, by: ImportReader
) -> bool:
    """Write down what some lines mean; False when that was all, or somebody else has the import now."""
    understand = partial(
        understand_lines, lines, layout, first_number=1, addresses=by.addresses, rich_text=by.rich_text
    )
    rows = await asyncio.to_thread(understand)

    async def store() -> bool:
        async with by.unit() as work:
            one = await by.imports.hold(work, import_id)
            if one is None or one.state is not ImportState.READING or one.records_read != read:
                return False
            if not lines:
                counts = counted(await by.rows.counts(work, import_id))
                await put_import(work, one, state=ImportState.PREVIEWED, counts=counts, imports=by.imports)
                return False
            numbered = [replace(row, number=row.number + one.rows_made) for row in rows]
            keys = {row.email_key for row in numbered if row.email_key is not None}
            known = {row.email_key: row for row in await by.rows.by_email(work, import_id, keys)}
            owners = await by.sets.owners(work, keys)
            found = {one.id: one for one in await by.sets.some(work, owners.values())}
            customers = {key: found[owner] for key, owner in owners.items() if owner in found}
            merge = partial(_merged, numbered, known, customers, rich_text=by.rich_text)
            await by.rows.put(work, import_id, await asyncio.to_thread(merge))
            made = one.rows_made + len(numbered)
            await put_import(work, one, records_read=read + len(lines), rows_made=made, imports=by.imports)
            return True

    return await insist(store)


def _merged(
    rows: Sequence[ImportRow],
    known: dict[str | None, ImportRow],
    customers: dict[str, Customer],
    *,
    rich_text: RichText,
) -> list[ImportRow]:
    """Return the rows that are to be written: new ones, and earlier ones of which later lines speak too."""
    written: dict[int, ImportRow] = {}
    for said in rows:
        row = said
        if row.email_key is not None:
            customer = customers.get(row.email_key)
            row = _as_stored(row, customer, rich_text=rich_text)
            earlier = known.get(row.email_key)
            row = row if earlier is None else merged(earlier, other=row)
            row = row if row.kind == "conflict" else judged(row, customer)
            known[row.email_key] = row
        written[row.number] = row
    return list(written.values())


def _as_stored(row: ImportRow, customer: Customer | None, *, rich_text: RichText) -> ImportRow:
    """Return a row with the comment as it is stored, where that means the same."""
    said = row.fields.get("comment")
    if customer is None or said is None or said == customer.comment:
        return row
    if rich_text.taken(customer.comment) != said:
        return row
    return replace(row, fields=dict(row.fields) | {"comment": customer.comment})
