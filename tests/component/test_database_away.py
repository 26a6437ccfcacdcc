"""The embedded CRM on a MariaDB that goes away: it says so, comes back with it, and ends in order without it."""

from pathlib import Path

import pytest

from tests.support.embedded import embedded_crm
from tests.support.mariadb import MariaDBServer
from tests.support.waiting import eventually


@pytest.mark.servers("mariadb")
async def test_what_was_logged_while_the_database_was_away_is_kept_and_the_end_is_in_order(
    mariadb_server: MariaDBServer, tmp_path: Path
) -> None:
    name = await mariadb_server.create_database()
    environment = {"MYCRM_DATABASE_URL": mariadb_server.url(name)}

    async def outage_is_logged() -> bool:
        rows = await mariadb_server.execute("SELECT text FROM logs", database=name)
        return any("database_unavailable" in str(row[0]) for row in rows)

    async with embedded_crm(tmp_path, environment=environment) as crm:
        await crm.set_up()
        await mariadb_server.stop()
        await crm.child.wait_for_line("database_unavailable")
        await mariadb_server.start()
        await crm.ready()
        await eventually(outage_is_logged, what="the outage in the log", seconds=60)

        await mariadb_server.stop()
        crm.child.terminate()
        assert await crm.child.wait(seconds=60) == 0, crm.child.output()[-3000:]
        assert "Traceback" not in crm.child.output()
