"""The team learns from a system message that the database is not copied as it should be."""

from datetime import UTC, datetime

from sqlalchemy import select

from mycrm_common.clock import SystemClock
from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.messages import messages as table
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.backups import BackupFailed
from mycrm_mail_fetcher.store import messages
from mycrm_mail_fetcher.usecases.report_backup import report_backup


async def test_a_failed_backup_is_a_system_message(database: Database) -> None:
    unit = SqlUnits(database, service="mail-fetcher", clock=SystemClock(), crash=CrashPoints())
    at = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    failed = BackupFailed(run_id=3, at=at, reason="backup_target_full", detail="<452> no space: /备份/x.zip")

    await report_backup(failed, messages=messages, unit=unit)

    async with database.reading() as reading:
        [row] = (await reading.connection.execute(select(table))).all()
    assert (row.type, row.sender) == ("system", "MyCRM")
    assert "backup_target_full" in row.subject
    assert "&lt;452&gt; no space: /备份/x.zip" in row.content
