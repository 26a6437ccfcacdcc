"""Tells the team, by a system message, that a copy of the database failed, is not restorable, or is missing."""

from mycrm_common.events.backups import BackupFailed
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.domain.reports import failed_backup
from mycrm_mail_fetcher.ports.ledger import Messages


async def report_backup(failed: BackupFailed, *, messages: Messages, unit: UnitOfWork) -> None:
    """Store the message; once for each failure."""
    report = failed_backup(failed.reason, failed.detail)
    async with unit() as work:
        await messages.add_notice(work, subject=report.subject, content=report.html)
