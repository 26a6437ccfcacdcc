"""The folders of the mailbox, and how far each has been looked at."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from mycrm_common.db.tables.mailboxes import folders, held_mails, locations, uid_runs
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.ports.ledger import Exclusion, KnownFolder


async def of_mailbox(reading: Reading, mailbox: str) -> dict[str, KnownFolder]:
    """The mailbox's folders by name."""
    rows = await reading.connection.execute(select(folders).where(folders.c.mailbox == mailbox))
    return {row.name: _folder(row) for row in rows}


async def by_id(reading: Reading, folder_id: int) -> KnownFolder | None:
    """One folder, or None where there is none."""
    row = (await reading.connection.execute(select(folders).where(folders.c.id == folder_id))).one_or_none()
    return _folder(row) if row else None


async def add(work: Work, name: str, *, mailbox: str) -> KnownFolder:
    """Begin a folder's row, with nothing looked at."""
    added = await work.connection.execute(
        insert(folders).values(
            mailbox=mailbox,
            name=name,
            excluded=Exclusion.NONE,
            uid_validity=0,
            last_uid=0,
            low_uid=0,
            seen_messages=0,
            seen_uid_next=0,
            error_code="",
            error_detail="",
            found_missing=0,
        )
    )
    folder_id: int = added.inserted_primary_key[0]  # type: ignore[index]  # an INSERT of one row always has one
    # SQLite gives a removed row's number again; what lay in the folder that had it before is no news of this one.
    for sets in (locations, uid_runs, held_mails):
        await work.connection.execute(delete(sets).where(sets.c.folder_id == folder_id))
    return KnownFolder(
        id=folder_id,
        name=name,
        excluded=Exclusion.NONE,
        messages=0,
        state=None,
        window_from=None,
        error_code="",
    )


async def exclude(work: Work, folder_id: int, excluded: Exclusion, *, messages: int) -> None:
    """Write whether and why the folder is left aside, and how many mails the server counts in it."""
    await _write(work, folder_id, excluded=excluded, seen_messages=messages, error_code="", error_detail="")


async def mark(work: Work, folder_id: int, state: FolderState, *, window_from: datetime) -> None:
    """Write how far the folder has been looked at; what was wrong with it is over."""
    await _write(
        work,
        folder_id,
        excluded=Exclusion.NONE,
        uid_validity=state.uid_validity,
        last_uid=state.last_uid,
        low_uid=state.low_uid,
        seen_messages=state.seen_messages,
        seen_uid_next=state.seen_uid_next,
        window_from=window_from,
        error_code="",
        error_detail="",
    )


async def note_comparison(work: Work, folder_id: int, *, missing: int) -> None:
    """Write that the folder was held against the server just now, and how many mails were missing."""
    await _write(work, folder_id, compared_at=work.at, found_missing=missing)


async def fail(work: Work, folder_id: int, *, code: str, detail: str) -> None:
    """Write why the folder could not be looked at to the end."""
    await _write(work, folder_id, error_code=code[:80], error_detail=detail[:1000])


async def _write(work: Work, folder_id: int, **values: Any) -> None:
    await work.connection.execute(
        update(folders).where(folders.c.id == folder_id).values(looked_at=work.at, **values)
    )


def _folder(row: Row[Any]) -> KnownFolder:
    state = FolderState(
        uid_validity=row.uid_validity,
        last_uid=row.last_uid,
        low_uid=row.low_uid,
        seen_messages=row.seen_messages,
        seen_uid_next=row.seen_uid_next,
    )
    return KnownFolder(
        id=row.id,
        name=row.name,
        excluded=Exclusion(row.excluded),
        messages=row.seen_messages,
        state=state if row.window_from is not None else None,
        window_from=row.window_from,
        error_code=row.error_code,
        compared_at=row.compared_at,
    )
