"""A process that imports and undoes so many customers, and tells how much more memory that took at most, in MB.

Arguments: database URL, rows.
"""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator

from mycrm_api.domain.imports import Act
from mycrm_api.domain.sheets import Wish
from mycrm_api.store import import_pieces, imports
from mycrm_api.usecases.receive_import import receive_import
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from tests.contract.import_office import ImportOffice

PIECE = 500


async def _file(rows: int) -> AsyncIterator[bytes]:
    yield b"Name,Email,Importance,Company,Address,Comment\n"
    for start in range(0, rows, PIECE):
        lines = (
            f'N{one},c{one}@example.com,{one % 6},Company {one // 5},Road {one},"<p>about {one}</p>"\n'
            for one in range(start, min(start + PIECE, rows))
        )
        yield "".join(lines).encode()


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def live(database_url: str, rows: int) -> None:
    """Import, undo, and tell."""
    database = Database(parse_url(database_url))
    await schema.migrate(database)
    office = ImportOffice(database)
    before = _most()
    import_id = await receive_import(
        _file(rows),
        file_name="many.csv",
        by="1",
        wish=Wish(),
        imports=imports,
        pieces=import_pieces,
        unit=office.unit,
    )
    await office.carry()
    await office.act(import_id, Act.APPLY)
    one = await office.act(import_id, Act.UNDO)
    await database.close()
    assert one.counts["reversed"] == rows
    sys.stdout.write(f"MORE {_most() - before}\n")


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], int(sys.argv[2])))
