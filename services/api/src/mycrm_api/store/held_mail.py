"""Mail that is held back in the present mailbox, the newest first."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Row, Select, and_, func, select

from mycrm_api.domain.cursors import Listing, Page
from mycrm_api.domain.held_mail import HeldList, HeldMail, HeldPlace
from mycrm_api.domain.mail_head import LOOKED_AT, read_head
from mycrm_api.store.keyset import Order, turn, walk
from mycrm_api.store.ledger import is_held_in, present_mailbox
from mycrm_common.db.tables.mailboxes import folders, held_mails, locations
from mycrm_common.work import Reading

_UIDS = 2**32
# No two mails share it, and it sorts as folder and uid do.
_PLACE = locations.c.folder_id * _UIDS + locations.c.uid
_ORDER = Order(id=_PLACE, by=locations.c.internal_date, descending=True, is_nullable=True)


async def page(reading: Reading, wanted: HeldList) -> Page[HeldMail]:
    """Return one page of the held mails."""
    rows = _held(await present_mailbox(reading), wanted.folder_id)
    listing = Listing(sort="-internal_date", kinds=(datetime, int), filters={"folder_id": wanted.folder_id})
    cursor = listing.read(wanted.cursor)
    found = await walk(reading, rows, _ORDER, cursor=cursor, limit=wanted.limit + 1)
    turned = turn(found, _keys, cursor=cursor, listing=listing, limit=wanted.limit)
    return Page(
        items=[_mail(row) for row in turned.rows],
        next_cursor=turned.next_cursor,
        previous_cursor=turned.previous_cursor,
        total=await count(reading, wanted.folder_id),
    )


async def count(reading: Reading, folder_id: int | None = None) -> int:
    """Count the held mails, of all folders or of one."""
    here, is_held = is_held_in(await present_mailbox(reading))
    counted = select(func.count()).select_from(locations).join(folders, here).where(is_held)
    if folder_id is not None:
        counted = counted.where(locations.c.folder_id == folder_id)
    return int((await reading.connection.execute(counted)).scalar_one())


async def is_held(reading: Reading, place: HeldPlace) -> bool:
    """Tell whether that mail is held back."""
    rows = _one(await present_mailbox(reading), place, locations.c.uid)
    return (await reading.connection.execute(rows)).first() is not None


async def beginning(reading: Reading, place: HeldPlace) -> bytes | None:
    """Return what was kept of a held mail, nothing where the server gave nothing; None where it is not held."""
    rows = _one(await present_mailbox(reading), place, func.coalesce(held_mails.c.beginning, b""))
    kept: bytes | None = (await reading.connection.execute(rows)).scalar_one_or_none()
    return kept


def _one(mailbox: str, place: HeldPlace, *columns: Any) -> Select[Any]:
    here, is_held = is_held_in(mailbox)
    rows = select(*columns).select_from(locations).join(folders, here).outerjoin(held_mails, _KEPT)
    return rows.where(is_held, locations.c.folder_id == place.folder_id, locations.c.uid == place.uid)


def _held(mailbox: str, folder_id: int | None) -> Select[Any]:
    here, is_held = is_held_in(mailbox)
    rows = (
        select(
            locations,
            folders.c.name.label("folder"),
            func.substr(held_mails.c.beginning, 1, LOOKED_AT, type_=LargeBinary).label("head"),
            func.length(held_mails.c.beginning).label("bytes_kept"),
        )
        .join(folders, here)
        .outerjoin(held_mails, _KEPT)
        .where(is_held)
    )
    return rows if folder_id is None else rows.where(locations.c.folder_id == folder_id)


_KEPT = and_(
    held_mails.c.folder_id == locations.c.folder_id,
    held_mails.c.uid_validity == locations.c.uid_validity,
    held_mails.c.uid == locations.c.uid,
)


def _keys(row: Row[Any]) -> tuple[Any, ...]:
    return row.internal_date, row.folder_id * _UIDS + row.uid


def _mail(row: Row[Any]) -> HeldMail:
    head = read_head(row.head or b"")
    return HeldMail(
        folder_id=row.folder_id,
        folder=row.folder,
        uid=row.uid,
        internal_date=row.internal_date,
        size=row.size,
        code=row.reason,
        detail=row.detail,
        attempts=row.attempts,
        subject=head.subject,
        sender=head.sender,
        bytes_kept=row.bytes_kept or 0,
    )
