"""Pieces of a mail that mail-fetcher has copied for a download."""

from collections.abc import AsyncIterator

from sqlalchemy import func, select

from mycrm_common.db.tables.mailboxes import mail_copies
from mycrm_common.work import Reading, ReadingRoom


async def size(reading: Reading, request_id: str) -> int | None:
    """Return how many bytes the copy has, or None where there is none, or none any more."""
    wanted = select(func.sum(func.length(mail_copies.c.bytes))).where(mail_copies.c.request_id == request_id)
    found = (await reading.connection.execute(wanted)).scalar_one()
    return None if found is None else int(found)


async def pieces(reading: ReadingRoom, request_id: str) -> AsyncIterator[bytes]:
    """Yield the copy piece by piece; between two of them nothing is held open."""
    position = -1
    while True:
        following = (
            select(mail_copies.c.position, mail_copies.c.bytes)
            .where(mail_copies.c.request_id == request_id, mail_copies.c.position > position)
            .order_by(mail_copies.c.position)
            .limit(1)
        )
        async with reading() as look:
            row = (await look.connection.execute(following)).first()
        if row is None:
            return
        position = row.position
        yield row.bytes
