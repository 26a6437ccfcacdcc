"""What our own mail tells of an address."""

import re
from datetime import datetime

from sqlalchemy import insert, select, update

from mycrm_common.db.tables.checks import bounced_addresses as bounced_rows
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.evidence import BouncedMail, Reply

_TAG = re.compile(r"<[^>]{0,500}>")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_SEEN = 20_000
_LONGEST = 500


async def newest_reply(reading: Reading, email_key: str, *, since: datetime) -> Reply | None:
    """The newest mail that a person wrote from an address."""
    newest = (
        select(messages.c.id, messages.c.date)
        .join(msg_addrs, msg_addrs.c.msg_id == messages.c.id)
        .where(
            msg_addrs.c.address_key == email_key,
            msg_addrs.c.role == "from",
            msg_addrs.c.date >= since,
            messages.c.type == "receive",
            messages.c.mark == "",
        )
        .order_by(msg_addrs.c.date.desc())
        .limit(1)
    )
    row = (await reading.connection.execute(newest)).first()
    return None if row is None else Reply(date=row.date, message_id=row.id)


async def newest_bounce(reading: Reading, email_key: str) -> BouncedMail | None:
    """The newest mail to an address that came back: as it was told, else as its stored text says."""
    told = select(bounced_rows).where(bounced_rows.c.email_key == email_key)
    row = (await reading.connection.execute(told)).first()
    if row is not None:
        return BouncedMail(date=row.date, status=row.status, reason=row.reason, message_id=row.message_id)
    return await _stored_bounce(reading, email_key)


async def put_bounce(work: Work, email_key: str, bounced: BouncedMail) -> None:
    """Note a mail that came back, unless a newer one is known."""
    values = {
        "date": bounced.date,
        "status": bounced.status[:20] if bounced.status.isascii() else "",
        "reason": bounced.reason[:1000],
        "message_id": bounced.message_id,
    }
    same = bounced_rows.c.email_key == email_key
    known = (
        await work.connection.execute(select(bounced_rows.c.date).where(same).with_for_update())
    ).scalar_one_or_none()
    if known is None:
        await work.connection.execute(insert(bounced_rows).values(email_key=email_key, **values))
    elif known < bounced.date:
        await work.connection.execute(update(bounced_rows).where(same).values(**values))


async def _stored_bounce(reading: Reading, email_key: str) -> BouncedMail | None:
    """What a bounce says that was stored before anybody listened; the first status in it is the recipient's."""
    newest = (
        select(messages.c.id, messages.c.date, messages.c.content)
        .join(msg_addrs, msg_addrs.c.msg_id == messages.c.id)
        .where(
            msg_addrs.c.address_key == email_key, msg_addrs.c.role == "bounced", messages.c.type == "system"
        )
        .order_by(msg_addrs.c.date.desc())
        .limit(1)
    )
    row = (await reading.connection.execute(newest)).first()
    if row is None:
        return None
    text = " ".join(_TAG.sub(" ", row.content[:_SEEN]).split())
    found = _STATUS.search(text)
    start = max(0, found.start() - 100) if found else 0
    return BouncedMail(
        date=row.date,
        status=found.group(1) if found else "",
        reason=text[start : start + _LONGEST],
        message_id=row.id,
    )
