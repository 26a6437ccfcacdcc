"""How often the verifier is right about 500 made-up addresses, and how fast an import stands in its queue.

The addresses (tests/support/labelled_addresses.py) are as many kinds of mail servers and DNS as we know; in a third of
them the truth cannot be found out from outside, which costs recall and must never cost precision. `telling` counts only
where it can be.
"""

import random
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from mycrm_common.consumers import Once
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables.customers import customers as customer_rows
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.ids import new_id
from mycrm_verifier.store import customers, findings, jobs
from mycrm_verifier.usecases.queue_address import queue_address
from mycrm_verifier.usecases.queue_neighbours import queue_neighbours
from tests.bench.rows import row
from tests.contract.verifier_world import World, customer_row
from tests.support.judging import TELLING, VERDICTS, judge_labelled

IMPORTED = 10_000


async def measure_judging() -> list[dict[str, Any]]:
    """Return precision and recall of each verdict."""
    judged = await judge_labelled()
    rows = [row("labelled addresses judged", [float(len(judged.said))], "", target="target >= 400")]
    for verdict in VERDICTS:
        target = "target 1.0" if verdict == "invalid" else ""
        rows += [
            row(f"  {verdict}: precision", [judged.precision(verdict)], "", target=target),
            row(f"  {verdict}: recall", [judged.recall(verdict)], ""),
            row(f"  {verdict}: recall where servers tell", [judged.recall(verdict, groups=TELLING)], ""),
        ]
    return [*rows, row("  a second", [len(judged.said) / judged.seconds], "/s")]


async def measure_queueing(*, imported: int = IMPORTED) -> list[dict[str, Any]]:
    """Return how long it takes until an import stands in the queue, and until its events are dealt with."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(parse_url(f"sqlite+aiosqlite:///{Path(folder)}/mycrm.db"))
        await schema.migrate(database)
        world = World(database=database, luck=random.Random(1))
        async with world.units(service="api")() as work:
            rows = [customer_row(f"c{number}@example.com", at=work.at) for number in range(imported)]
            await work.connection.execute(insert(customer_rows), rows)
        began = time.perf_counter()
        await _hear(world, 1)
        await queue_neighbours(
            1, customers=customers, jobs=jobs, reading=database.reading, unit=world.units()
        )
        queued = time.perf_counter() - began
        assert await world.open_jobs() == imported
        for number in range(2, imported + 1):
            await _hear(world, number)
        heard = time.perf_counter() - began
        await database.close()
    return [
        row(f"{imported} imported customers queued for checks", [queued], "s", target="target < 10"),
        row("  and the event of each dealt with", [heard], "s"),
    ]


async def _hear(world: World, number: int) -> None:
    event = CustomerAdded(customer_id=number, email=f"c{number - 1}@example.com", version=1)
    once = Once(world.units(), consumer="bench", event_id=new_id(world.clock.now()), delivery=None)
    if not await queue_address(event, customers=customers, jobs=jobs, findings=findings, unit=once):
        assert number > 1
