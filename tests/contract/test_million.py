"""A million customers on MariaDB, on demand (`--million`): nothing scans or sorts the table. It takes its time."""

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
