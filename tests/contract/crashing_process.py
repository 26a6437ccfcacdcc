"""A process that tells one event, relays it, has its effect, and dies at the place that it is told.

Arguments: bus URL, database URL, place. `effect.written` is a place of its own: inside the transaction, after
the effect, before the commit. Run as a module, because only a real process can really die.
"""

import asyncio
import sys

from mycrm_common.crash import CrashPoints
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, added, leave_effect


async def live(bus_url: str, database_url: str, place: str) -> None:
    """Live until the crash."""
    process = Household(bus_url=bus_url, database_url=database_url).begin()
    crash = CrashPoints(place)

    async def handle(event: CustomerAdded, unit: UnitOfWork) -> None:
        async with unit() as work:
            await leave_effect(work, of="use", event=event)
            crash.reach("effect.written")

    await process.consume("use", CustomerAdded, handle=handle, crash=crash)
    await process.tell(added(1))
    await process.relay(crash=crash).relay_some()
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
