"""What people asked of the mailbox, taken over so that it can be done outside any transaction.

A task is claimed by moving `available_at` into the future: whoever dies with it leaves it to the next one.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.mailboxes import mailbox_tasks as tasks
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.ports.requests import Answer, Task, Verb

_OPEN, _DONE = "open", "done"


async def put(work: Work, request_id: str, *, verb: Verb) -> None:
    """Take a request over; once is enough."""
    await work.connection.execute(
        insert_ignoring(work.connection, tasks).values(
            request_id=request_id,
            verb=verb,
            state=_OPEN,
            available_at=work.at,
            attempts=0,
            created_at=work.at,
        )
    )


async def claim(work: Work, verb: Verb, *, owner: str, lease: timedelta) -> Task | None:
    """The oldest task that is due, ours for the time of the lease."""
    due = (
        select(tasks)
        .where(tasks.c.verb == verb, tasks.c.state == _OPEN, tasks.c.available_at <= work.at)
        .order_by(tasks.c.created_at, tasks.c.request_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await work.connection.execute(due)).one_or_none()
    if row is None:
        return None
    await work.connection.execute(
        update(tasks)
        .where(tasks.c.request_id == row.request_id)
        .values(claimed_by=owner, available_at=work.at + lease, attempts=row.attempts + 1)
    )
    return Task(request_id=row.request_id, verb=Verb(row.verb), attempts=row.attempts + 1)


async def next_due(reading: Reading, verb: Verb) -> datetime | None:
    """When the next open task is due, or None where there is none."""
    waiting = select(func.min(tasks.c.available_at)).where(tasks.c.verb == verb, tasks.c.state == _OPEN)
    moment: datetime | None = (await reading.connection.execute(waiting)).scalar_one()
    return moment


async def open_ids(reading: Reading, verb: Verb) -> list[str]:
    """The requests of this kind that wait for an answer."""
    waiting = (
        select(tasks.c.request_id)
        .where(tasks.c.verb == verb, tasks.c.state == _OPEN)
        .order_by(tasks.c.created_at, tasks.c.request_id)
    )
    return list((await reading.connection.execute(waiting)).scalars())


async def answer(work: Work, request_id: str, answer: Answer) -> bool:
    """Write the answer; False where there was one already."""
    folders = [
        {"name": folder.name, "messages": folder.messages, "excluded": folder.excluded}
        for folder in answer.folders
    ]
    told = {"ok": answer.ok, "code": answer.code, "detail": answer.detail, "folders": folders}
    changed = await work.connection.execute(
        update(tasks)
        .where(tasks.c.request_id == request_id, tasks.c.state == _OPEN)
        .values(state=_DONE, claimed_by=None, answer=json.dumps(told, ensure_ascii=False))
    )
    return bool(changed.rowcount)


async def clean(work: Work, *, before: datetime) -> None:
    """Forget what was answered and taken over before the moment."""
    await work.connection.execute(delete(tasks).where(tasks.c.state == _DONE, tasks.c.created_at < before))
