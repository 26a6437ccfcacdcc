"""What people asked of backups, taken over so that it can be done outside any transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, not_, select, update

from mycrm_backup.ports import Task, Verb
from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.backups import backup_tasks as tasks
from mycrm_common.db.tables.requests import requests
from mycrm_common.work import Reading, Work

_OPEN, _DONE = "open", "done"


async def put(work: Work, request_id: str, *, verb: Verb) -> None:
    """Take a request over; once is enough."""
    await work.connection.execute(
        insert_ignoring(work.connection, tasks).values(
            request_id=request_id, verb=verb, state=_OPEN, attempts=0, created_at=work.at
        )
    )


async def unseen(reading: Reading) -> list[tuple[str, Verb]]:
    """The requests about backups that nobody has taken over yet."""
    wanted = (
        select(requests.c.id, requests.c.verb)
        .outerjoin(tasks, tasks.c.request_id == requests.c.id)
        .where(requests.c.noun == "backup", requests.c.state == _OPEN, tasks.c.request_id.is_(None))
        .order_by(requests.c.created_at, requests.c.id)
    )
    return [(row.id, Verb(row.verb)) for row in await reading.connection.execute(wanted)]


async def claim(work: Work, *, downloads: bool = False, beyond: Sequence[str] = ()) -> Task | None:
    """The oldest open task of either kind but some; only whoever holds the lease of the job asks."""
    wanted = (
        select(tasks, requests.c.parameters)
        .outerjoin(requests, requests.c.id == tasks.c.request_id)
        .where(_is_open(downloads=downloads), tasks.c.request_id.not_in(beyond))
        .order_by(tasks.c.created_at, tasks.c.request_id)
        .limit(1)
    )
    row = (await work.connection.execute(wanted)).one_or_none()
    if row is None:
        return None
    attempts = row.attempts + 1
    await work.connection.execute(
        update(tasks).where(tasks.c.request_id == row.request_id).values(attempts=attempts)
    )
    return Task(
        request_id=row.request_id,
        verb=Verb(row.verb),
        parameters=json.loads(row.parameters or "{}"),
        attempts=attempts,
    )


async def any_open(reading: Reading, *, downloads: bool = False) -> bool:
    """Whether there is one."""
    wanted = select(tasks.c.request_id).where(_is_open(downloads=downloads)).limit(1)
    return (await reading.connection.execute(wanted)).first() is not None


def _is_open(*, downloads: bool) -> ColumnElement[bool]:
    is_download = tasks.c.verb == Verb.DOWNLOAD
    return and_(tasks.c.state == _OPEN, is_download if downloads else not_(is_download))


async def answer(work: Work, request_id: str, said: Mapping[str, Any]) -> bool:
    """Write the answer; False where there was one already."""
    changed = await work.connection.execute(
        update(tasks)
        .where(tasks.c.request_id == request_id, tasks.c.state == _OPEN)
        .values(state=_DONE, answer=json.dumps(dict(said), ensure_ascii=False))
    )
    return bool(changed.rowcount)


async def clean(work: Work, *, before: datetime) -> None:
    """Forget what was answered and taken over before the moment."""
    await work.connection.execute(delete(tasks).where(tasks.c.state == _DONE, tasks.c.created_at < before))
