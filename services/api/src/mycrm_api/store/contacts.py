"""When customers and their companies were last contacted.

`last_contact_date` is the newest mail that we sent to a customer. `company_last_contact` is the newest of these
among the members of its company who are not invalid, a customer without a company counting alone; so that the
follow-up list reads an index. Both rise by maximum, in whatever order events arrive. Only what can lower a
company's date (a member leaves, or turns invalid) computes it anew, holding all members meanwhile.

Members are always held in the order (company, id) and before single customers, so that two works on one company
wait for each other instead of ending in a deadlock.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, case, func, literal, null, or_, select, update

from mycrm_api.domain.customers import Validity
from mycrm_api.store.address_changes import earlier_keys
from mycrm_api.store.pieces import pieces
from mycrm_common.db.dialects import insert_ignoring, through_index
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.events import event_sequence
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.db.types import UtcDateTime
from mycrm_common.keys import text_key
from mycrm_common.work import Reading, Work

_TURN = "acts on many"
# Each row is held against each of these in turn, so they are few.
_MOST_COMPANIES = 100
_SENT_TO = ("to", "cc", "bcc")
_COUNTS = and_(customers.c.valid != Validity.INVALID, customers.c.company_key != "")


async def newest_sent_to(reading: Reading, email_key: str) -> datetime | None:
    """Return the date of the newest stored mail that we sent to an address."""
    newest = (
        select(msg_addrs.c.date)
        .join(messages, messages.c.id == msg_addrs.c.msg_id)
        .where(
            msg_addrs.c.address_key == email_key,
            msg_addrs.c.role.in_(_SENT_TO),
            messages.c.type == "sendto",
        )
        .order_by(msg_addrs.c.date.desc())
        .limit(1)
    )
    moment: datetime | None = (await reading.connection.execute(newest)).scalar_one_or_none()
    return moment


async def recipients_of(reading: Reading, message_id: int) -> list[str]:
    """Return the keys of the addresses to which a stored mail went, as they are now."""
    keys = select(msg_addrs.c.address_key).where(
        msg_addrs.c.msg_id == message_id, msg_addrs.c.role.in_(_SENT_TO)
    )
    return sorted(set((await reading.connection.execute(keys)).scalars()))


async def raise_contact(work: Work, email_keys: Iterable[str], date: datetime) -> None:
    """Note that these addresses were written to; a date never moves back."""
    these = customers.c.email_key.in_(sorted(set(email_keys)))
    await _hold(work, await _companies(work, these))
    # An UPDATE waits for a customer who is being added right now; a plain look would not see it.
    await _raise(work, customers.c.last_contact_date, date, where=these)
    # Two steps, each along its index; one with OR would read the whole table.
    members = customers.c.company_key.in_(await _companies(work, and_(these, _COUNTS)))
    await _raise(work, customers.c.company_last_contact, date, where=members)
    alone = and_(these, customers.c.company_key == "")
    await _raise(work, customers.c.company_last_contact, date, where=alone)


async def hold_companies(work: Work, companies: Iterable[str]) -> None:
    """Let nobody else change the members of these companies before this work is done."""
    await _hold(work, {text_key(company) for company in companies})


async def hold_company_of(work: Work, customer_id: int, *, joining: str = "") -> None:
    """Let nobody else change the members of a customer's company, and of the one it joins, before this is done."""
    await hold_companies_of(work, [customer_id], joining=[joining])


async def hold_companies_of(work: Work, customer_ids: Iterable[int], *, joining: Iterable[str] = ()) -> None:
    """Let nobody else change the members of these customers' companies, and of those they join, before this is done."""
    ids = sorted(set(customer_ids))
    if len(ids) > 1:
        await _take_turn(work)
    theirs = {text_key(company) for company in joining}
    for some in pieces(ids):
        theirs.update(await _companies(work, customers.c.id.in_(some)))
    await _hold(work, theirs)


async def take_in_sent(work: Work, customer_ids: Iterable[int]) -> None:
    """Raise the contact dates of customers who have just come to what the stored mail tells; companies come after.

    Written first and asked second: a mail that is stored between the two finds the customers by itself.
    """
    for some in pieces(customer_ids):
        await _take_in(work, some, msg_addrs.c.address_key == customers.c.email_key)


async def take_in_sent_before(work: Work, customer_ids: Iterable[int]) -> None:
    """Raise contact dates by the mail that lies under earlier addresses and has not been moved yet."""
    for some in pieces(customer_ids):
        for row in (await work.connection.execute(earlier_keys(some))).all():
            await _take_in(work, [row.customer_id], msg_addrs.c.address_key == row.previous_key)


async def recompute_company_contact(work: Work, companies: Iterable[str]) -> None:
    """Compute anew when these companies were last contacted, from the dates of their members."""
    keys = {text_key(company) for company in companies} - {""}
    await _hold(work, keys)
    for some in pieces(keys, most=_MOST_COMPANIES):
        newest = (
            select(customers.c.company_key, func.max(customers.c.last_contact_date))
            .where(customers.c.company_key.in_(some), _COUNTS)
            .group_by(customers.c.company_key)
        )
        rows = await work.connection.execute(newest)
        await _set_company_contact(work, dict.fromkeys(some) | {row[0]: row[1] for row in rows})


async def company_contacts_differ(reading: Reading) -> list[int]:
    """Return the ids of customers whose company's date is not what their members' dates say: none, always."""
    newest = (
        select(customers.c.company_key, func.max(customers.c.last_contact_date).label("moment"))
        .where(_COUNTS)
        .group_by(customers.c.company_key)
        .subquery()
    )
    right = case((customers.c.company_key == "", customers.c.last_contact_date), else_=newest.c.moment)
    wrong = (
        select(customers.c.id)
        .outerjoin(newest, newest.c.company_key == customers.c.company_key)
        .where(customers.c.company_last_contact.is_distinct_from(right))
        .order_by(customers.c.id)
    )
    return list((await reading.connection.execute(wrong)).scalars())


async def mend_company_contacts(work: Work, customer_ids: Iterable[int]) -> None:
    """Put right what `company_contacts_differ` has found of these customers."""
    these = customers.c.id.in_(sorted(set(customer_ids)))
    await recompute_company_contact(work, await _companies(work, these))
    alone = and_(these, customers.c.company_key == "")
    await work.connection.execute(
        update(customers).where(alone).values(company_last_contact=customers.c.last_contact_date)
    )


async def _take_turn(work: Work) -> None:
    """Wait for other acts on many customers: they change companies, and with them the order of each other's locks.

    The row of a counter that nobody raises is what they wait at; a row that is there already is locked as it is.
    """
    turn = insert_ignoring(work.connection, event_sequence).values(name=_TURN, value=0)
    await work.connection.execute(turn)


async def _hold(work: Work, keys: Iterable[str]) -> None:
    for some in pieces(set(keys) - {""}):
        members = (
            select(customers.c.id)
            .where(customers.c.company_key.in_(some))
            .order_by(customers.c.company_key, customers.c.id)
            .with_for_update()
        )
        # Along any other way the rows would be locked in another order, and two works could wait for each other.
        await work.connection.execute(through_index(members, customers, "ix_customers_company_key"))


async def _take_in(work: Work, customer_ids: list[int], address: ColumnElement[bool]) -> None:
    sent = (
        select(msg_addrs.c.date)
        .join(messages, messages.c.id == msg_addrs.c.msg_id)
        .where(address, msg_addrs.c.role.in_(_SENT_TO), messages.c.type == "sendto")
        .order_by(msg_addrs.c.date.desc())
        .limit(1)
        .correlate(customers)
        .scalar_subquery()
    )
    alone = case((customers.c.company_key == "", sent), else_=customers.c.company_last_contact)
    older = or_(customers.c.last_contact_date.is_(None), customers.c.last_contact_date < sent)
    raised = update(customers).where(customers.c.id.in_(customer_ids), sent.is_not(None), older)
    await work.connection.execute(raised.values(company_last_contact=alone, last_contact_date=sent))


async def _set_company_contact(work: Work, dates: Mapping[str, datetime | None]) -> None:
    """Write down when companies were last contacted, in one statement for all of them."""
    date: Any = next(iter(dates.values()))
    if len(set(dates.values())) > 1:
        known = {key: literal(date, UtcDateTime()) for key, date in dates.items() if date is not None}
        date = case(known, value=customers.c.company_key, else_=null())
    others = customers.c.company_last_contact.is_distinct_from(date)
    await work.connection.execute(
        update(customers)
        .where(customers.c.company_key.in_(list(dates)), others)
        .values(company_last_contact=date)
    )


async def _companies(reading: Reading, condition: ColumnElement[bool]) -> list[str]:
    keys = select(customers.c.company_key).where(condition, customers.c.company_key != "").distinct()
    return sorted((await reading.connection.execute(keys)).scalars())


async def _raise(
    work: Work, column: Column[datetime | None], date: datetime, *, where: ColumnElement[bool]
) -> None:
    older = or_(column.is_(None), column < date)
    await work.connection.execute(update(customers).where(where, older).values({column: date}))
