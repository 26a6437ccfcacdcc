"""What is forgotten, and when."""

from datetime import timedelta

from sqlalchemy import func, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db import cleaning, inbox, logs, outbox
from mycrm_common.db.engine import Database
from mycrm_common.db.tables import events as tables
from mycrm_common.db.tables.logs import logs as log_table
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.customers import CustomerAdded
from mycrm_common.logs import LogLine
from tests.support.clock import FakeClock

LEASE = timedelta(seconds=30)


class Archive:
    """Rows of every kind, and how many of them are left."""

    def __init__(self, database: Database) -> None:
        self.clock, self._database = FakeClock(), database
        self.unit = SqlUnits(database, service="common", clock=self.clock, crash=CrashPoints())

    async def fill(self, *, sent: int, waiting: int) -> None:
        """Write log lines, done events, and told events of which some wait."""
        async with self.unit() as work:
            work.tell(
                *(
                    CustomerAdded(customer_id=i, email="a@example.com", version=1)
                    for i in range(sent + waiting)
                )
            )
            await logs.put(work, [self._line() for _ in range(sent)])
            for number in range(sent):
                await inbox.enter(
                    work, consumer="mycrm.api.use.v1", event_id=f"{self.clock.now():%j}-{number}"
                )
        async with self.unit() as work:
            claimed = await outbox.claim(work, owner="a", limit=sent, lease=LEASE)
            assert await outbox.mark_sent(work, [row.event_id for row in claimed], owner="a") == sent

    async def forget(self) -> int:
        """Clean until there is nothing more to clean, and return how many rows went."""
        removed = batch = 1
        while batch:
            async with self.unit() as work:
                batch = await cleaning.forget_some(work)
            removed += batch
        return removed - 1

    async def left(self) -> tuple[int, int, int]:
        """Count told events, done events and log lines."""
        async with self._database.reading() as reading:
            counts = [
                (await reading.connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in (tables.outbox, tables.inbox, log_table)
            ]
        return counts[0], counts[1], counts[2]

    def _line(self) -> LogLine:
        return LogLine(at=self.clock.now(), service="api", level=20, action="a.b", text="", correlation_id="")


async def test_each_kind_is_forgotten_after_its_time_and_what_waits_never(database: Database) -> None:
    archive = Archive(database)
    await archive.fill(sent=700, waiting=3)
    archive.clock.advance(days=6)
    await archive.fill(sent=2, waiting=0)

    assert await archive.forget() == 0
    archive.clock.advance(days=2)
    assert await archive.forget() == 700
    assert await archive.left() == (5, 702, 702)
    archive.clock.advance(days=23)
    assert await archive.forget() == 2 + 700
    assert await archive.left() == (3, 2, 702)
    archive.clock.advance(days=60)
    assert await archive.forget() == 2 + 700
    assert await archive.left() == (3, 0, 2)
