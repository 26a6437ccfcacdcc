"""Ignored uids, as runs of neighbours: a rule per run, and no uid in two runs.

Whatever changes is read, reckoned and written as whole runs around the uids in question; runs that come to touch
become one. So half a million mails older than the window are a handful of rows, and stay so.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import reduce
from operator import or_

from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from mycrm_common.db.tables.mailboxes import uid_runs as table
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.domain.accounts import Rule
from mycrm_mail_fetcher.domain.uid_sets import FIRST_UID, LAST_UID, UidSet
from mycrm_mail_fetcher.ports.ledger import FolderKey

_ROWS_AT_ONCE = 1000

Runs = dict[Rule, UidSet]


async def of_folder(
    reading: Reading, folder: FolderKey, *, first: int = FIRST_UID, last: int = LAST_UID
) -> Runs:
    """Return the folder's ignored uids by rule: all runs that reach into `first` to `last`, whole."""
    wanted = select(table.c.reason, table.c.first_uid, table.c.last_uid).where(reaching(folder, first, last))
    found = defaultdict[Rule, list[tuple[int, int]]](list)
    for reason, low, high in await reading.connection.execute(wanted):
        found[Rule(reason)].append((low, high))
    return {rule: UidSet.of_ranges(ranges) for rule, ranges in found.items()}


async def count(reading: Reading, folder: FolderKey) -> int:
    """Return how many uids of the folder are ignored."""
    whole = select(func.coalesce(func.sum(table.c.last_uid - table.c.first_uid + 1), 0))
    wanted = whole.where(reaching(folder, FIRST_UID, LAST_UID))
    return int((await reading.connection.execute(wanted)).scalar_one())


async def add(work: Work, uids: UidSet, *, folder: FolderKey, rule: Rule) -> None:
    """Put uids under a rule, and under no other."""
    await _rewrite(
        work, uids, folder, lambda runs: {**_without(runs, uids), rule: runs.get(rule, UidSet()) | uids}
    )


async def remove(work: Work, uids: UidSet, *, folder: FolderKey) -> None:
    """Take uids out of every run."""
    await _rewrite(work, uids, folder, lambda runs: _without(runs, uids))


async def forget_other_validities(work: Work, folder: FolderKey) -> None:
    """Remove runs whose uids mean nothing any more."""
    await work.connection.execute(
        delete(table).where(
            table.c.folder_id == folder.folder_id, table.c.uid_validity != folder.uid_validity
        )
    )


def reaching(folder: FolderKey, first: int, last: int) -> ColumnElement[bool]:
    """Whether a run of the folder has a uid of `first` to `last` in it."""
    return and_(
        table.c.folder_id == folder.folder_id,
        table.c.uid_validity == folder.uid_validity,
        table.c.first_uid <= last,
        table.c.last_uid >= first,
    )


def _without(runs: Runs, uids: UidSet) -> Runs:
    return {rule: known - uids for rule, known in runs.items()}


async def _rewrite(work: Work, uids: UidSet, folder: FolderKey, change: Callable[[Runs], Runs]) -> None:
    if not uids:
        return
    # One further on each side: runs that touch become one.
    first, last = next(iter(uids)) - 1, next(reversed(uids)) + 1
    before = await of_folder(work, folder, first=first, last=last)
    after = change(before)
    if {rule: known for rule, known in after.items() if known} == before:
        return
    if before:
        reach = reduce(or_, before.values())
        first, last = next(iter(reach)), next(reversed(reach))
        await work.connection.execute(delete(table).where(reaching(folder, first, last)))
    rows = [
        {
            "folder_id": folder.folder_id,
            "uid_validity": folder.uid_validity,
            "first_uid": low,
            "last_uid": high,
            "reason": rule.value,
        }
        for rule, known in after.items()
        for low, high in known.ranges()
    ]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        await work.connection.execute(insert(table), rows[start : start + _ROWS_AT_ONCE])
