"""Whole mails, in pieces, for those who asked for them."""

from datetime import datetime

from sqlalchemy import delete, insert

from mycrm_common.db.tables.mailboxes import mail_copies
from mycrm_common.work import Work


async def put(work: Work, request_id: str, *, position: int, piece: bytes) -> None:
    """Keep a piece."""
    same = (mail_copies.c.request_id == request_id, mail_copies.c.position == position)
    await work.connection.execute(delete(mail_copies).where(*same))
    await work.connection.execute(
        insert(mail_copies).values(request_id=request_id, position=position, bytes=piece, copied_at=work.at)
    )


async def clean(work: Work, *, before: datetime) -> None:
    """Throw away what was kept before the moment."""
    await work.connection.execute(delete(mail_copies).where(mail_copies.c.copied_at < before))
