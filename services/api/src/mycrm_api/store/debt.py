"""Follow-up debt, from the contacts that are known.

Only who was contacted is looked at one by one; everybody else is due and is counted by the index of `created_at`.
Contacts are read piece by piece, so that no answer holds all of them at once and others have their turn.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Select, func, select

from mycrm_api.domain.customers import Validity
from mycrm_api.domain.debt import Contacts, Group, WeekOfDebt, Window, debts, group_of
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.work import Reading

_SLICE = timedelta(weeks=1)
_MOST_SLICES = 100
_AT_ONCE = 500
_RECIPIENTS = ("to", "cc", "bcc")

_COUNTS = customers.c.valid != Validity.INVALID


async def count_debt(
    reading: Reading, windows: Sequence[Window], *, importances: Sequence[int]
) -> list[WeekOfDebt]:
    """Count who of these ratings was due in each window."""
    eligible = [_COUNTS, customers.c.importance.in_(importances)]
    contacts = Contacts(windows)
    for begin, end in _slices(windows[0].since, windows[-1].until):
        for contact in (_mailed(begin, end), _carried(begin, end)):
            for row in (await reading.connection.execute(contact)).all():
                contacts.note(group_of(row[0], row[1]), row[2])
    contacted = [
        (contacts.of(group), created_at) async for group, created_at in _members(reading, contacts, eligible)
    ]
    added = await _added(reading, windows, eligible)
    return debts(windows, added=added, contacted=contacted)


def _slices(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    length = max(_SLICE, (end - begin) / _MOST_SLICES)
    while begin <= end:
        yield begin, begin + length
        begin += length


def _mailed(begin: datetime, end: datetime) -> Select[int, str, datetime]:
    """Whom mails of a time went to."""
    return (
        select(customers.c.id, customers.c.company_key, messages.c.date)
        .join_from(messages, msg_addrs, msg_addrs.c.msg_id == messages.c.id)
        .join(customers, customers.c.email_key == msg_addrs.c.address_key)
        .where(messages.c.type == "sendto", messages.c.date >= begin, messages.c.date < end)
        .where(msg_addrs.c.role.in_(_RECIPIENTS), _COUNTS)
        .distinct()
    )


def _carried(begin: datetime, end: datetime) -> Select[int, str, datetime]:
    """Whose last contact lies in a time."""
    moment = customers.c.last_contact_date
    wanted = select(customers.c.id, customers.c.company_key, moment)
    return wanted.where(moment >= begin, moment < end, _COUNTS)


async def _members(
    reading: Reading, contacts: Contacts, eligible: Sequence[ColumnElement[bool]]
) -> AsyncIterator[tuple[Group, datetime]]:
    """Return the eligible customers whom contacts are known of, by their group, and when each was added."""
    wanted = select(customers.c.id, customers.c.company_key, customers.c.created_at).where(*eligible)
    groups = contacts.groups()
    while some := list(islice(groups, _AT_ONCE)):
        companies = [group for group in some if isinstance(group, str)]
        alone = [group for group in some if isinstance(group, int)]
        for those in (customers.c.company_key.in_(companies), customers.c.id.in_(alone)):
            for row in (await reading.connection.execute(wanted.where(those))).all():
                yield group_of(row.id, row.company_key), row.created_at


async def _added(
    reading: Reading, windows: Sequence[Window], eligible: Sequence[ColumnElement[bool]]
) -> list[int]:
    """Count the eligible customers that were there by the end of each window."""
    counted = select(func.count()).select_from(customers).where(*eligible)
    there = int((await reading.connection.execute(counted)).scalar_one())
    bounds = [*(window.until for window in windows[1:]), None]
    counts = []
    for window, following in zip(reversed(windows), reversed(bounds), strict=True):
        later = counted.where(customers.c.created_at > window.until)
        if following is not None:
            later = later.where(customers.c.created_at <= following)
        there -= int((await reading.connection.execute(later)).scalar_one())
        counts.append(there)
    return counts[::-1]
