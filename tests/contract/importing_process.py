"""A process that carries imports on and dies at the place that it is told. Arguments: database URL, place."""

import asyncio
import sys

from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database, parse_url
from tests.contract.import_office import ImportOffice


async def live(database_url: str, place: str) -> None:
    """Live until the crash."""
    database = Database(parse_url(database_url))
    await ImportOffice(database, crash=CrashPoints(place)).carry()
    await database.close()


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
