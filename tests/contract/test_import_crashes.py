"""A process dies in the middle of applying or undoing; another one goes on, and nothing is lost or done twice."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mycrm_api.domain.imports import Act, Import, ImportState
from mycrm_api.store import imports
from mycrm_api.usecases.act_on_import import act_on_import
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.customers import customer_history
from tests.contract.import_office import ImportOffice, a_file
from tests.support.process import python_module

ROOT = Path(__file__).parents[2]
MANY = 300
THERE = 120
RAW = a_file(*({"email": f"c{number}@example.com", "name": f"N{number}"} for number in range(MANY)))
# The first step takes a hundred rows, so there is a second one.
PLACES = ("unit.before_commit:2", "unit.committed:2")


@asynccontextmanager
async def _office(url: str) -> AsyncIterator[ImportOffice]:
    database = Database(parse_url(url))
    await schema.migrate(database)
    try:
        yield ImportOffice(database)
    finally:
        await database.close()


async def _want(office: ImportOffice, import_id: int, act: Act) -> None:
    await act_on_import(import_id, act, by="1", imports=imports, unit=office.unit)


async def _die(url: str, place: str, folder: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT)}
    module = "tests.contract.importing_process"
    async with python_module(module, url, place, folder=folder, environment=environment) as child:
        assert await child.wait() == 137, child.output()


async def _histories(office: ImportOffice, change_id: str) -> int:
    """Return how many changes an act has left, none of them twice."""
    of_act = customer_history.c.change_id == change_id
    counted = select(func.count(), func.count(customer_history.c.customer_id.distinct())).where(of_act)
    async with office.reading() as look:
        found, different = (await look.connection.execute(counted)).one()
    assert found == different
    return int(found)


def _carried(one: Import) -> int:
    return one.counts["added"] + one.counts["updated"]


@pytest.mark.parametrize("place", PLACES)
async def test_an_import_whose_process_died_is_carried_on(
    database_url: str, tmp_path: Path, place: str
) -> None:
    async with _office(database_url) as office:
        some = a_file(*({"email": f"c{number}@example.com", "name": "Old"} for number in range(THERE)))
        first = await office.preview(some)
        await office.act(first.id, Act.APPLY)
        before = {one.email: one.name for one in await office.customers()}
        told = len(await office.told_of_customers())
        one = await office.preview(RAW)
        await _want(office, one.id, Act.APPLY)

    await _die(database_url, place, tmp_path)

    async with _office(database_url) as office:
        half = await office.one(one.id)
        assert half.state is ImportState.APPLYING
        assert 0 < _carried(half) < MANY
        assert (
            _carried(half)
            == await _histories(office, one.change_id)
            == len(await office.told_of_customers()) - told
        )
        await office.carry()
        done = await office.one(one.id)
        assert (done.state, done.counts["added"], done.counts["updated"]) == (
            ImportState.APPLIED,
            MANY - THERE,
            THERE,
        )
        assert Counter(one.name for one in await office.customers()) == Counter(f"N{n}" for n in range(MANY))
        assert await _histories(office, one.change_id) == len(await office.told_of_customers()) - told == MANY
        await _want(office, one.id, Act.UNDO)

    await _die(database_url, place, tmp_path)

    async with _office(database_url) as office:
        half = await office.one(one.id)
        assert (half.state, half.done < MANY) == (ImportState.UNDOING, True)
        assert half.counts["reversed"] == await _histories(office, half.undo_id)
        await office.carry()
        done = await office.one(one.id)
        assert (done.state, done.counts["reversed"]) == (ImportState.UNDONE, MANY)
        assert {one.email: one.name for one in await office.customers()} == before


@pytest.mark.parametrize("records", [0, 250])
async def test_reading_goes_on_where_it_was_written_down(database_url: str, records: int) -> None:
    async with _office(database_url) as office:
        import_id = await office.send_file(RAW)
        await office.read_steps(import_id, records // 250)

        await office.carry()

        one = await office.one(import_id)
        assert (one.state, one.counts["new"], one.records_read) == (ImportState.PREVIEWED, MANY, MANY)
