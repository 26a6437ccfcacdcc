"""What people asked for, taken over from `requests`."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.checks import check_tasks as tasks
from mycrm_common.db.tables.requests import requests
from mycrm_common.work import Reading, Work

_OPEN, _DONE = "open", "done"


async def put(work: Work, request_id: str, *, email_key: str) -> bool:
    """Take a request over; False where it was before."""
    row = insert_ignoring(work.connection, tasks).values(
        request_id=request_id, email_key=email_key, state=_OPEN, created_at=work.at
    )
    return bool((await work.connection.execute(row)).rowcount)


async def close(work: Work, email_key: str, *, check_id: int | None) -> Sequence[str]:
    """Answer all requests about an address, and return their ids."""
    mine = (tasks.c.email_key == email_key, tasks.c.state == _OPEN)
    found = select(tasks.c.request_id).where(*mine).order_by(tasks.c.request_id).with_for_update()
    ids = list((await work.connection.execute(found)).scalars())
    if ids:
        await work.connection.execute(
            update(tasks).where(tasks.c.request_id.in_(ids)).values(state=_DONE, check_id=check_id)
        )
    return ids


async def clean(work: Work, *, before: datetime) -> None:
    """Forget what was answered and taken over before the moment."""
    await work.connection.execute(delete(tasks).where(tasks.c.state == _DONE, tasks.c.created_at < before))


async def customer_of(reading: Reading, request_id: str) -> int | None:
    """The customer whose address is to be checked, None where there is no such request."""
    wanted = select(requests.c.parameters).where(requests.c.id == request_id, requests.c.noun == "checks")
    text = (await reading.connection.execute(wanted)).scalar_one_or_none()
    said = json.loads(text or "{}").get("customer_id")
    return said if isinstance(said, int) else None
