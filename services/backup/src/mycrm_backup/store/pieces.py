"""Pieces of copies on their way to whoever downloads them, a few at a time."""

import json
from datetime import datetime

from sqlalchemy import delete, insert, select

from mycrm_common.db.tables.backups import backup_pieces as pieces
from mycrm_common.db.tables.requests import requests
from mycrm_common.work import Reading, Work


async def put(work: Work, request_id: str, *, position: int, piece: bytes) -> None:
    """Keep a piece."""
    same = (pieces.c.request_id == request_id, pieces.c.position == position)
    await work.connection.execute(delete(pieces).where(*same))
    await work.connection.execute(
        insert(pieces).values(request_id=request_id, position=position, bytes=piece, put_at=work.at)
    )


async def taken(reading: Reading, request_id: str) -> int:
    """How many pieces were taken so far, as api has written it beside the request."""
    wanted = select(requests.c.parameters).where(requests.c.id == request_id)
    said = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return int(json.loads(said or "{}").get("taken", 0))


async def drop(work: Work, request_id: str, *, below: int) -> None:
    """Throw away what was taken."""
    gone = (pieces.c.request_id == request_id, pieces.c.position < below)
    await work.connection.execute(delete(pieces).where(*gone))


async def any_stale(reading: Reading, *, before: datetime) -> bool:
    """Whether pieces lie there since before the moment."""
    old = select(pieces.c.position).where(pieces.c.put_at < before).limit(1)
    return (await reading.connection.execute(old)).first() is not None


async def clean(work: Work, *, before: datetime) -> None:
    """Throw away what nobody has taken since before the moment."""
    await work.connection.execute(delete(pieces).where(pieces.c.put_at < before))
