"""A million customers, on demand (`--million`): nothing scans or sorts the table. It takes its time.

MariaDB gets all of them, SQLite 200,000 at most: it is for one team on one machine.
"""

from pathlib import Path

import pytest

from mycrm_api.store import customer_counts, list_marks, search_index
from mycrm_api.usecases.index_customers import index_customers
from mycrm_api.usecases.keep_lists import keep_lists
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from tests.contract.api_office import Office
from tests.contract.million import complaints
from tests.support.made_customers import load_customers
from tests.support.mariadb import mariadb

GIGABYTE = 2**30
MOST_ON_SQLITE = 200_000


@pytest.mark.timeout(5_400)
async def test_nothing_scans_or_sorts_many_customers_on_sqlite(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    size = min(request.config.getoption("--million"), MOST_ON_SQLITE)
    if not size:
        pytest.skip("on demand: --million")
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"))
    try:
        await schema.migrate(database)
        await load_customers(database, size, folder=tmp_path)
        office = Office(database)
        await index_customers(index=search_index, unit=office.unit, reading=office.reading)
        await keep_lists(counts=customer_counts, marks=list_marks, unit=office.unit, reading=office.reading)

        said = [one async for one in complaints(database, office.unit, customer_id=size // 2)]
    finally:
        await database.close()

    assert not said, "\n".join(said)


@pytest.mark.servers("mariadb")
@pytest.mark.timeout(5_400)
async def test_nothing_scans_or_sorts_a_million_customers(request: pytest.FixtureRequest) -> None:
    size = request.config.getoption("--million")
    if not size:
        pytest.skip("on demand: --million")
    async with mariadb() as server:
        for name in ("innodb_buffer_pool_size", "innodb_log_file_size"):
            await server.execute(f"SET GLOBAL {name} = {GIGABYTE}")
        database = Database(parse_url(server.url(await server.create_database())))
        try:
            await schema.migrate(database)
            await load_customers(database, size, folder=server.folder)
            office = Office(database)
            await index_customers(index=search_index, unit=office.unit, reading=office.reading)
            await keep_lists(
                counts=customer_counts, marks=list_marks, unit=office.unit, reading=office.reading
            )
            async with database.reading() as look:
                await look.connection.exec_driver_sql("ANALYZE TABLE customers, search_grams")

            said = [one async for one in complaints(database, office.unit, customer_id=size // 2)]
        finally:
            await database.close()

    assert not said, "\n".join(said)
