"""Several replicas carry the same import, and imports whose time is over are forgotten."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select

from mycrm_api.domain.imports import Act, ImportState
from mycrm_api.store import import_pieces, imports
from mycrm_api.usecases.act_on_import import act_on_import
from mycrm_api.usecases.tidy_imports import tidy_imports
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.imports import import_pieces as pieces_table
from mycrm_common.events.customers import CustomerAdded
from tests.contract.conftest import MARIADB
from tests.contract.import_office import ImportOffice, a_file

MANY = 400


@pytest.fixture
def office(database: Database) -> ImportOffice:
    return ImportOffice(database)


@pytest.mark.parametrize("database_url", [MARIADB], indirect=True)
async def test_two_replicas_do_each_row_once(office: ImportOffice, database_url: str) -> None:
    other = Database(parse_url(database_url))
    try:
        second = ImportOffice(other)
        rows = [{"email": f"c{number}@example.com", "company": f"C{number % 7}"} for number in range(MANY)]
        one = await office.preview(a_file(*rows))
        await act_on_import(one.id, Act.APPLY, by="1", imports=imports, unit=office.unit)
        await asyncio.gather(office.carry(), second.carry())
        done = await office.one(one.id)
        assert (done.state, done.counts["added"]) == (ImportState.APPLIED, MANY)
        told = [event for event in await office.told() if isinstance(event, CustomerAdded)]
        assert set(Counter(event.customer_id for event in told).values()) == {1}
        assert len(told) == MANY == len(await office.customers())
        assert await office.company_dates_are_right()

        await act_on_import(one.id, Act.UNDO, by="1", imports=imports, unit=office.unit)
        await asyncio.gather(office.carry(), second.carry())
        assert (await office.one(one.id)).counts["reversed"] == MANY
        assert await office.customers() == []
    finally:
        await other.close()


async def test_people_work_on_while_an_import_is_applied(office: ImportOffice) -> None:
    li = await office.add("li@example.com", company="C1")
    rows = [{"email": f"c{number}@example.com", "company": f"C{number % 3}"} for number in range(MANY)]
    one = await office.preview(a_file(*rows))
    await act_on_import(one.id, Act.APPLY, by="1", imports=imports, unit=office.unit)

    async def work() -> None:
        for number in range(10):
            await office.edit(li.id, company=f"C{number % 3}")
            await office.add(f"by-hand{number}@example.com", company="C1")

    await asyncio.gather(office.carry(), work())

    assert (await office.one(one.id)).counts["added"] == MANY
    assert len(await office.customers()) == MANY + 11
    assert await office.company_dates_are_right()


async def _tidy(office: ImportOffice) -> None:
    await tidy_imports(
        imports=imports, pieces=import_pieces, clock=office.clock, reading=office.reading, unit=office.unit
    )


async def _pieces(office: ImportOffice) -> int:
    async with office.reading() as look:
        counted = select(func.count()).select_from(pieces_table)
        return int((await look.connection.execute(counted)).scalar_one())


async def _states(office: ImportOffice) -> list[str]:
    async with office.reading() as look:
        page = await imports.page(look, cursor=None, limit=10)
    return [one.state.value for one in page.items]


async def test_files_go_when_they_are_read_and_imports_when_their_time_is_over(office: ImportOffice) -> None:
    raw = a_file({"email": "li@example.com"})
    applied = await office.preview(raw)
    await office.act(applied.id, Act.APPLY)
    await office.preview(raw)
    async with office.unit() as work:
        broken = await imports.begin(work, file_name="x", by="1", wish=(await office.one(applied.id)).wish)

    await _tidy(office)
    assert await _pieces(office) == 1, "that of the preview, which may be read anew"

    office.clock.advance(days=8)
    await _tidy(office)
    assert await _states(office) == ["applied"]
    async with office.reading() as look:
        assert await imports.by_id(look, broken) is None
    assert await _pieces(office) == 0

    office.clock.advance(days=23)
    await _tidy(office)
    assert await _states(office) == []
