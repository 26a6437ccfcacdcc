"""Who was written to and who wrote, by customer, for the count of answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from mycrm_api.domain.answers import WeekOfAnswers, count_answers
from mycrm_api.domain.statistics import Week
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.work import Reading

_RECIPIENTS = ("to", "cc", "bcc")
_INSTANT = timedelta(microseconds=1)


async def answers(reading: Reading, weeks: Sequence[Week], *, days: int, at: datetime) -> list[WeekOfAnswers]:
    """Count written and answered customers week by week."""
    counted = []
    for week in weeks:
        until = week.ends + timedelta(days=days) + _INSTANT
        sent = await _mails(reading, "sendto", _RECIPIENTS, begin=week.begins, end=week.ends)
        received = await _mails(reading, "receive", ("from",), begin=week.begins, end=until) if sent else []
        counted.append(count_answers(week, sent=sent, received=received, days=days, at=at))
    return counted


async def _mails(
    reading: Reading, kind: str, roles: Sequence[str], *, begin: datetime, end: datetime
) -> list[tuple[int, datetime]]:
    wanted = (
        select(customers.c.id, messages.c.date)
        .join_from(messages, msg_addrs, msg_addrs.c.msg_id == messages.c.id)
        .join(customers, customers.c.email_key == msg_addrs.c.address_key)
        .where(messages.c.type == kind, messages.c.date >= begin, messages.c.date < end)
        .where(msg_addrs.c.role.in_(roles))
        .distinct()
    )
    if kind == "receive":
        wanted = wanted.where(messages.c.mark == "")
    return [(row[0], row[1]) for row in (await reading.connection.execute(wanted)).all()]
