"""Imports and exports over a real database, as the service does them, without its door."""

import csv
import io
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from mycrm_api.adapters import addresses, rich_text, sheets
from mycrm_api.domain.customer_lists import CustomerList
from mycrm_api.domain.customers import Customer
from mycrm_api.domain.exports import CHINESE, MARK, cells, lines
from mycrm_api.domain.import_rows import ImportRow
from mycrm_api.domain.imports import Act, Import
from mycrm_api.domain.sheets import Wish
from mycrm_api.store import (
    customer_pages,
    customer_sets,
    import_pieces,
    import_rows,
    imports,
    new_customers,
)
from mycrm_api.usecases.act_on_import import act_on_import
from mycrm_api.usecases.apply_import import ImportHand
from mycrm_api.usecases.carry_imports import carry_imports
from mycrm_api.usecases.read_import import ImportReader, read_import
from mycrm_api.usecases.receive_import import receive_import
from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.customers import customer_history, deleted_customers
from mycrm_common.db.tables.customers import customers as table
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.imports import ImportProgressed
from mycrm_common.events.registry import Event
from mycrm_common.logs import LogShelf, open_logs
from tests.contract.api_office import Office

UTC = ZoneInfo("UTC")
EVERY = 500


class ImportOffice(Office):
    """An office that imports and exports."""

    def __init__(self, database: Database, *, crash: CrashPoints | None = None) -> None:
        super().__init__(database)
        if crash is not None:
            self.unit = SqlUnits(database, service="api", clock=self.clock, crash=crash)
        self.log = open_logs(level="error", clock=self.clock, shelf=LogShelf())
        self.reader = ImportReader(
            imports=imports,
            pieces=import_pieces,
            rows=import_rows,
            sets=customer_sets,
            sheets=sheets,
            addresses=addresses,
            rich_text=rich_text,
            unit=self.unit,
            reading=self.reading,
        )
        self.hand = ImportHand(
            imports=imports, rows=import_rows, new=new_customers, books=self.books, unit=self.unit
        )

    async def carry(self) -> None:
        """Carry every import on until none is under way."""
        await carry_imports(reader=self.reader, hand=self.hand, log=self.log)

    async def read_steps(self, import_id: int, steps: int) -> None:
        """Read so far, and then as if the process had died."""
        async with aclosing(read_import(import_id, by=self.reader)) as reading:
            for _ in range(steps):
                await anext(reading)

    async def send_file(self, raw: bytes, *, wish: Wish | None = None, name: str = "customers.csv") -> int:
        """Send a file without reading it."""
        return await receive_import(
            _in_parts(raw),
            file_name=name,
            by="1",
            wish=wish or Wish(),
            imports=imports,
            pieces=import_pieces,
            unit=self.unit,
        )

    async def preview(self, raw: bytes, *, wish: Wish | None = None) -> Import:
        """Send a file, and return how it was read."""
        import_id = await self.send_file(raw, wish=wish)
        await self.carry()
        return await self.one(import_id)

    async def act(self, import_id: int, act: Act, *, wish: Wish | None = None) -> Import:
        """Want something of an import, and return it when that is done."""
        await act_on_import(import_id, act, by="2", wish=wish, imports=imports, unit=self.unit)
        await self.carry()
        return await self.one(import_id)

    async def told_of_customers(self) -> list[Event]:
        """Return every event but those of how imports get on."""
        return [one for one in await self.told() if not isinstance(one, ImportProgressed)]

    async def one(self, import_id: int) -> Import:
        """Return the import as it stands."""
        async with self.reading() as look:
            found = await imports.by_id(look, import_id)
        assert found is not None
        return found

    async def rows(self, import_id: int, *kinds: str) -> list[ImportRow]:
        """Return its rows."""
        async with self.reading() as look:
            return await import_rows.after(look, import_id, number=0, kinds=kinds, limit=10**6)

    async def customers(self) -> list[Customer]:
        """Return every customer, by id."""
        wanted = CustomerList(sort="id", limit=EVERY)
        return [one async for some in customer_pages.pieces(self.reading, wanted) for one in some]

    async def whole_rows(self) -> dict[int, dict[str, Any]]:
        """Return every column of every customer."""
        async with self.reading() as look:
            found = await look.connection.execute(select(table))
            return {row.id: dict(row._mapping) for row in found}

    async def empty(self) -> None:
        """Remove everybody, as if nobody had ever been there."""
        async with self.unit() as work:
            for each in (table, deleted_customers, customer_history):
                await work.connection.execute(delete(each))

    async def send_mail_now_and_then(self, chance: random.Random, date: datetime) -> None:
        """Write to some of the customers."""
        for one in await self.customers():
            if chance.random() < 0.3:
                await self.send(date + timedelta(days=chance.randrange(30)), one.email)

    async def found_invalid(self, customer_id: int) -> None:
        """Note what a check has found out: no edit, so the version stays."""
        async with self.unit() as work:
            await work.connection.execute(update(table).where(table.c.id == customer_id).values(valid=0))

    async def export(self) -> bytes:
        """Export all customers."""
        found = [cells(one, zone=UTC, is_greeted=False) for one in await self.customers()]
        return MARK.encode() + lines([CHINESE]) + lines(found)


def a_file(*rows: dict[str, Any], fields: tuple[str, ...] = ()) -> bytes:
    """Return a CSV file with English headers of these rows."""
    names = fields or tuple(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return written.getvalue().encode()


async def _in_parts(raw: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(raw), 70_000):
        yield raw[start : start + 70_000]
