"""How the mailbox is doing, counted from mail-fetcher's ledger."""

from collections import Counter
from typing import Any

from sqlalchemy import Row, and_, desc, func, select

from mycrm_api.domain.mailbox import FolderLedger, Mailbox, MailboxState, Trouble
from mycrm_common.db.tables.mailboxes import folders, locations, mailbox_tasks, mailboxes
from mycrm_common.work import Reading

_GONE = "gone"


async def state_of_mailbox(reading: Reading, *, is_configured: bool) -> Mailbox:
    """Return the state of the mailbox that was looked at last, with what became of each folder's mail."""
    name = await _looked_at_last(reading)
    row = (await reading.connection.execute(select(mailboxes).where(mailboxes.c.name == name))).first()
    return Mailbox(
        state=await _state(reading, row, is_configured=is_configured),
        last_synced_at=row.synced_at if row else None,
        error=_trouble(row.error_code, row.error_detail) if row else None,
        folders=await _ledger(reading, name),
    )


async def _looked_at_last(reading: Reading) -> str:
    """Return the name of the mailbox: people may have set another one since the first."""
    passes = select(mailboxes.c.name, mailboxes.c.tried_at.label("moment"))
    looks = select(folders.c.mailbox, folders.c.looked_at.label("moment"))
    newest = [
        row
        for rows in (passes, looks)
        for row in await reading.connection.execute(rows.order_by(desc("moment")).limit(1))
        if row.moment is not None
    ]
    return max(newest, key=lambda row: row.moment)[0] if newest else ""


async def _state(reading: Reading, row: Row[Any] | None, *, is_configured: bool) -> MailboxState:
    if not is_configured:
        return "not_configured"
    if await _is_syncing(reading, row):
        return "syncing"
    return "failed" if row is not None and row.error_code else "idle"


async def _is_syncing(reading: Reading, row: Row[Any] | None) -> bool:
    if row is None:
        # The first pass writes its folders one by one, and the mailbox at its end.
        return (await reading.connection.execute(select(folders.c.id).limit(1))).first() is not None
    asked = select(mailbox_tasks.c.request_id).where(
        mailbox_tasks.c.verb == "sync", mailbox_tasks.c.answer.is_(None)
    )
    return (await reading.connection.execute(asked.limit(1))).first() is not None


async def _ledger(reading: Reading, mailbox: str) -> tuple[FolderLedger, ...]:
    shown = (folders.c.mailbox == mailbox, folders.c.excluded != _GONE)
    wanted = select(folders).where(*shown).order_by(folders.c.id)
    counts = await _counts(reading)
    return tuple(
        FolderLedger(
            name=row.name,
            on_server=row.seen_messages,
            stored=counts[row.id, "stored"],
            ignored=counts[row.id, "ignored"],
            held=counts[row.id, "held"],
            excluded=row.excluded,
            error=_trouble(row.error_code, row.error_detail),
        )
        for row in await reading.connection.execute(wanted)
    )


async def _counts(reading: Reading) -> Counter[tuple[int, str]]:
    """Count the places of each folder by state, those of its present uid_validity alone."""
    present = and_(locations.c.folder_id == folders.c.id, locations.c.uid_validity == folders.c.uid_validity)
    counted = (
        select(locations.c.folder_id, locations.c.state, func.count())
        .join(folders, present)
        .group_by(locations.c.folder_id, locations.c.state)
    )
    rows = await reading.connection.execute(counted)
    return Counter({(row[0], row[1]): row[2] for row in rows})


def _trouble(code: str, detail: str) -> Trouble | None:
    return Trouble(code=code, detail=detail) if code else None
