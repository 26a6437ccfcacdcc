"""The mailbox's ledger, counted: each named set by itself, along one index, and only for uids that mean something.

A folder that is not read has one set, whatever was taken from it before: all of its mail is left aside.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, desc, func, select

from mycrm_api.domain.ledger import EXCLUDED_FOLDER, FolderLedger, Reason, SetState, Trouble, in_order
from mycrm_common.db.tables.mailboxes import folders, locations, mailboxes, uid_runs
from mycrm_common.work import Reading

_RULE, _GONE = "rule", "gone"
_FIRST_UID = 1

_Sets = defaultdict[int, list[Reason]]


async def present_mailbox(reading: Reading) -> str:
    """Return the name of the mailbox that was looked at last: people may have set another one since the first."""
    passes = select(mailboxes.c.name, mailboxes.c.tried_at.label("moment"))
    looks = select(folders.c.mailbox, folders.c.looked_at.label("moment"))
    newest = [
        row
        for rows in (passes, looks)
        for row in await reading.connection.execute(rows.order_by(desc("moment")).limit(1))
        if row.moment is not None
    ]
    return max(newest, key=lambda row: row.moment)[0] if newest else ""


def is_held_in(mailbox: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return what joins `locations` to `folders`, and what makes a row a held mail of the mailbox."""
    here = and_(locations.c.folder_id == folders.c.id, locations.c.uid_validity == folders.c.uid_validity)
    return here, and_(locations.c.state == "held", *_read_in(mailbox))


async def folder_ledgers(reading: Reading, mailbox: str) -> tuple[FolderLedger, ...]:
    """Return what became of the mail of each folder that the mailbox has."""
    sets = await _sets(reading, mailbox)
    shown = select(folders).where(folders.c.mailbox == mailbox, folders.c.excluded != _GONE)
    rows = await reading.connection.execute(shown.order_by(folders.c.id))
    return tuple(_ledger(row, sets[row.id]) for row in rows)


def _ledger(row: Row[Any], reasons: list[Reason]) -> FolderLedger:
    is_read = not row.excluded
    if row.excluded == _RULE:
        reasons = [Reason(state="ignored", reason=EXCLUDED_FOLDER, count=row.seen_messages)]
    return FolderLedger(
        folder_id=row.id,
        name=row.name,
        on_server=row.seen_messages,
        reasons=in_order(reasons),
        compared_at=row.compared_at if is_read else None,
        found_missing=row.found_missing if is_read else 0,
        excluded=row.excluded,
        # Without a window the folder was never looked at; above the first uid a look has not come to its end.
        under_way=is_read and (row.window_from is None or row.low_uid > _FIRST_UID),
        error=trouble(row.error_code, row.error_detail),
    )


async def _sets(reading: Reading, mailbox: str) -> _Sets:
    sets = _Sets(list)
    for folder_id, stored, missing in await reading.connection.execute(_places(mailbox)):
        sets[folder_id].append(Reason(state="stored", reason="", count=stored))
        sets[folder_id].append(Reason(state="missing", reason="", count=missing))
    named: tuple[tuple[SetState, Select[Any]], ...] = (
        ("held", _held(mailbox)),
        ("ignored", _ignored(mailbox)),
    )
    for state, counted in named:
        for folder_id, reason, count in await reading.connection.execute(counted):
            # MariaDB's sums are decimals.
            sets[folder_id].append(Reason(state=state, reason=reason, count=int(count)))
    return sets


def _places(mailbox: str) -> Select[Any]:
    # A sub-query per folder: both databases then walk the index by its first columns, and sort nothing.
    def counted(which: ColumnElement[bool]) -> ColumnElement[int]:
        here = and_(locations.c.folder_id == folders.c.id, locations.c.uid_validity == folders.c.uid_validity)
        rows = select(func.count()).select_from(locations).where(locations.c.state == "stored", here, which)
        return rows.correlate(folders).scalar_subquery()

    return select(
        folders.c.id,
        counted(locations.c.message_id.is_not(None)),
        counted(locations.c.message_id.is_(None)),
    ).where(*_read_in(mailbox))


def _held(mailbox: str) -> Select[Any]:
    here, is_held = is_held_in(mailbox)
    rows = select(locations.c.folder_id, locations.c.reason, func.count()).join(folders, here)
    return rows.where(is_held).group_by(locations.c.folder_id, locations.c.reason)


def _ignored(mailbox: str) -> Select[Any]:
    here = and_(uid_runs.c.folder_id == folders.c.id, uid_runs.c.uid_validity == folders.c.uid_validity)
    size = uid_runs.c.last_uid - uid_runs.c.first_uid + 1
    rows = select(uid_runs.c.folder_id, uid_runs.c.reason, func.sum(size)).join(folders, here)
    return rows.where(*_read_in(mailbox)).group_by(uid_runs.c.folder_id, uid_runs.c.reason)


def _read_in(mailbox: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return folders.c.mailbox == mailbox, folders.c.excluded == ""


def trouble(code: str, detail: str) -> Trouble | None:
    """Return what a row tells of a failure, or None where there is none."""
    return Trouble(code=code, detail=detail) if code else None
