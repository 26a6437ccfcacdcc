"""Log lines, newest first."""

from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, or_, select

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.logs import LogEntry, LogLevel, LogList
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_common.db.tables.logs import logs
from mycrm_common.logs import LEVELS
from mycrm_common.work import Reading, Work

_ORDER = Order(id=logs.c.id, descending=True)


async def page(reading: Reading, wanted: LogList) -> Page[LogEntry]:
    """Return one page of a service's log."""
    filters = {"service": wanted.service, "level": wanted.level, "q": wanted.q, "after": wanted.after}
    listing = Listing(sort="-id", kinds=(int,), filters=filters)
    cursor = listing.read(wanted.cursor)
    meant = _meant(wanted)
    found = await walk(reading, select(logs).where(*meant), _ORDER, cursor=cursor, limit=wanted.limit + 1)
    turned = turn(found, lambda row: (row.id,), cursor=cursor, listing=listing, limit=wanted.limit)
    counted = select(func.count()).select_from(logs).where(*meant)
    return Page(
        items=[_entry(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=int((await reading.connection.execute(counted)).scalar_one()),
    )


async def after(reading: Reading, wanted: LogList, *, place: int) -> list[LogEntry]:
    """Return the first lines of a service's log with an id above a place, the oldest first."""
    meant = [*_meant(wanted), logs.c.id > place]
    rows = await reading.connection.execute(
        select(logs).where(*meant).order_by(logs.c.id).limit(wanted.limit)
    )
    return [_entry(row) for row in rows]


async def newest_of_all(reading: Reading) -> int:
    """Return the id of the newest line of all logs, 0 without any."""
    return (await reading.connection.execute(select(func.max(logs.c.id)))).scalar_one() or 0


async def newest(reading: Reading, service: str) -> int | None:
    """Return the id of the newest line of a service's log."""
    highest = select(func.max(logs.c.id)).where(logs.c.service == service)
    found: int | None = (await reading.connection.execute(highest)).scalar_one()
    return found


async def clear_some(work: Work, service: str, *, until: int, limit: int) -> int:
    """Remove some lines of a service's log up to the one of that id, and return how many that were."""
    oldest = select(logs.c.id).where(logs.c.service == service, logs.c.id <= until).order_by(logs.c.id)
    ids = list((await work.connection.execute(oldest.limit(limit))).scalars())
    await work.connection.execute(delete(logs).where(logs.c.id.in_(ids)))
    return len(ids)


def _meant(wanted: LogList) -> list[ColumnElement[bool]]:
    meant = [logs.c.service == wanted.service]
    if wanted.level is not None:
        meant.append(logs.c.level >= LEVELS[wanted.level])
    if wanted.after is not None:
        meant.append(logs.c.id > wanted.after)
    if wanted.q:
        meant.append(
            or_(
                logs.c.text.icontains(wanted.q, autoescape=True),
                logs.c.action.icontains(wanted.q, autoescape=True),
            )
        )
    return meant


def _entry(row: Row[Any]) -> LogEntry:
    return LogEntry(
        id=row.id,
        at=row.at,
        service=row.service,
        level=_level(row.level),
        action=row.action,
        text=row.text,
        correlation_id=row.correlation_id,
    )


def _level(number: int) -> LogLevel:
    names: dict[int, LogLevel] = {
        LEVELS["debug"]: "debug",
        LEVELS["info"]: "info",
        LEVELS["warning"]: "warning",
    }
    return names.get(number, "error")
