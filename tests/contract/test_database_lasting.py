"""What must survive a power cut is on the disk when its commit returns; all else may be a moment later."""

from typing import Any

import pytest
from sqlalchemy import insert

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.settings import config
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.work import Work
from tests.support.clock import FakeClock

NORMAL, FULL = 1, 2


def _units(database: Database, *, lasting: bool) -> SqlUnits:
    return SqlUnits(database, service="api", clock=FakeClock(), crash=CrashPoints(), lasting=lasting)


async def _synchronous(work: Work) -> int:
    raw: Any = (await work.connection.get_raw_connection()).driver_connection
    return int((await (await raw.execute("PRAGMA synchronous")).fetchone())[0])


async def test_a_lasting_unit_waits_for_the_disk_and_the_next_one_does_not(database: Database) -> None:
    for number, lasting in enumerate((False, True, False, True, True, False)):
        async with _units(database, lasting=lasting)() as work:
            await work.connection.execute(insert(config).values(parameter=f"a{number}", value=""))
            if database.is_sqlite:
                assert await _synchronous(work) == (FULL if lasting else NORMAL)


async def test_a_lasting_unit_that_fails_leaves_nothing_and_waits_for_nothing_afterwards(
    database: Database,
) -> None:
    with pytest.raises(LookupError):
        await _fail(database)
    async with _units(database, lasting=False)() as work:
        await work.connection.execute(insert(config).values(parameter="gone", value="there"))
        if database.is_sqlite:
            assert await _synchronous(work) == NORMAL


async def _fail(database: Database) -> None:
    async with _units(database, lasting=True)() as work:
        await work.connection.execute(insert(config).values(parameter="gone", value=""))
        raise LookupError
