"""How the mailbox is doing, as mail-fetcher has written it down."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from mycrm_api.domain.ledger import FolderLedger
from mycrm_api.domain.mailbox import Mailbox, MailboxState
from mycrm_api.store.ledger import folder_ledgers, present_mailbox, trouble
from mycrm_common.db.tables.mailboxes import mailbox_tasks, mailboxes
from mycrm_common.work import Reading


async def state_of_mailbox(reading: Reading, *, is_configured: bool) -> Mailbox:
    """Return the state of the mailbox that was looked at last, with what became of each folder's mail."""
    name = await present_mailbox(reading)
    row = (await reading.connection.execute(select(mailboxes).where(mailboxes.c.name == name))).first()
    folders = await folder_ledgers(reading, name)
    return Mailbox(
        state=await _state(reading, row, folders, is_configured=is_configured),
        last_synced_at=row.synced_at if row else None,
        error=trouble(row.error_code, row.error_detail) if row else None,
        folders=folders,
    )


async def _state(
    reading: Reading, row: Row[Any] | None, folders: Sequence[FolderLedger], *, is_configured: bool
) -> MailboxState:
    if not is_configured:
        return "not_configured"
    if await _is_asked(reading):
        return "syncing"
    if row is not None and row.error_code:
        return "failed"
    # A look writes its folders one by one, and the mailbox at its end.
    is_first = row is None and len(folders) > 0
    is_looking = is_first or any(folder.under_way and folder.error is None for folder in folders)
    return "syncing" if is_looking else "idle"


async def _is_asked(reading: Reading) -> bool:
    asked = select(mailbox_tasks.c.request_id).where(
        mailbox_tasks.c.verb == "sync", mailbox_tasks.c.answer.is_(None)
    )
    return (await reading.connection.execute(asked.limit(1))).first() is not None
