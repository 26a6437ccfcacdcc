"""The requests about the mailbox, as api wrote them."""

import json

from sqlalchemy import select

from mycrm_common.db.tables.requests import requests
from mycrm_common.work import Reading
from mycrm_mail_fetcher.ports.requests import MailboxRequest


async def by_id(reading: Reading, request_id: str) -> MailboxRequest | None:
    """The request, or None where there is none."""
    row = (
        await reading.connection.execute(select(requests).where(requests.c.id == request_id))
    ).one_or_none()
    if row is None:
        return None
    return MailboxRequest(id=row.id, parameters=json.loads(row.parameters or "{}"), sealed=row.sealed)
