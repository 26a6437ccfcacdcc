"""What people ask of other services, and what mail-fetcher has answered."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update

from mycrm_api.domain.requests import FolderFound, MailboxAnswer, Request
from mycrm_common.db.tables.backups import backup_tasks
from mycrm_common.db.tables.mailboxes import mailbox_tasks
from mycrm_common.db.tables.requests import requests
from mycrm_common.work import Reading, Work

_OPEN, _ANSWERED = "open", "answered"


async def put_request(
    work: Work,
    request_id: str,
    *,
    noun: str,
    verb: str,
    parameters: Mapping[str, Any],
    sealed: str | None,
) -> None:
    """Write a request down; its secret is sealed."""
    await work.connection.execute(
        insert(requests).values(
            id=request_id,
            noun=noun,
            verb=verb,
            parameters=json.dumps(dict(parameters), ensure_ascii=False),
            sealed=sealed,
            state=_OPEN,
            created_at=work.at,
        )
    )


async def close_request(work: Work, request_id: str) -> None:
    """Mark a request as answered and forget its secret."""
    await work.connection.execute(
        update(requests)
        .where(requests.c.id == request_id, requests.c.state == _OPEN)
        .values(state=_ANSWERED, answered_at=work.at, sealed=None)
    )


async def change_parameters(work: Work, request_id: str, parameters: Mapping[str, Any]) -> None:
    """Write down what is asked by now, for a request that lasts."""
    text = json.dumps(dict(parameters), ensure_ascii=False)
    await work.connection.execute(update(requests).where(requests.c.id == request_id).values(parameters=text))


async def by_id(reading: Reading, request_id: str) -> Request | None:
    """Return what was asked under that id, with the answer if there is one."""
    row = (await reading.connection.execute(select(requests).where(requests.c.id == request_id))).first()
    if row is None:
        return None
    return Request(
        request_id=row.id,
        noun=row.noun,
        verb=row.verb,
        asked_at=row.created_at,
        answer=await mailbox_answer(reading, request_id),
    )


async def forget_requests(work: Work, *, before: datetime, with_secret_before: datetime, limit: int) -> int:
    """Remove old requests, those that hold a secret sooner, and return how many."""
    is_old = requests.c.created_at < before
    has_old_secret = and_(requests.c.sealed.is_not(None), requests.c.created_at < with_secret_before)
    old = select(requests.c.id).where(or_(is_old, has_old_secret)).limit(limit)
    ids = (await work.connection.execute(old)).scalars().all()
    if ids:
        await work.connection.execute(delete(requests).where(requests.c.id.in_(ids)))
    return len(ids)


async def mailbox_answer(reading: Reading, request_id: str) -> MailboxAnswer | None:
    """Return what mail-fetcher has answered, or None while it has not."""
    for tasks in (mailbox_tasks, backup_tasks):
        wanted = select(tasks.c.answer).where(tasks.c.request_id == request_id)
        if (told := (await reading.connection.execute(wanted)).scalar_one_or_none()) is not None:
            return _answer(json.loads(told))
    return None


def _answer(said: Mapping[str, Any]) -> MailboxAnswer:
    return MailboxAnswer(
        ok=said["ok"],
        code=said.get("code", ""),
        detail=said.get("detail", ""),
        folders=tuple(
            FolderFound(name=folder["name"], messages=folder["messages"], excluded=folder["excluded"])
            for folder in said.get("folders", ())
        ),
    )
