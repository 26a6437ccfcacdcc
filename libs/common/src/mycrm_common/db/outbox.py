"""The outbox: events wait here, in the transaction that made them true, until the relay has handed them over.

A relay claims rows for a while (`available_at` moves into the future, `claimed_by` is its name), publishes them
outside any transaction, and marks those that are held, only where the claim is still its own. The mark gives
each row its `seq`: one counter row, raised in the same transaction, so the numbers have no gaps.

Tries are counted when a row is claimed, so that one that ends its process counts too, and taken back where the
bus was at fault. A row that is refused too often is parked (see `refusals`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from mycrm_common.bus.envelope import Envelope
from mycrm_common.db.dialects import insert_ignoring, insert_rows, place_in, through_index
from mycrm_common.db.tables.events import event_sequence, outbox
from mycrm_common.work import Reading, Work

NEW, SENT, PARKED = "new", "sent", "parked"
_COUNTER = "outbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """What still waits, and since when; and how many were set aside."""

    count: int
    oldest: datetime | None
    parked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """One event that a relay has taken over."""

    event_id: str
    body: bytes
    attempts: int


async def put(
    work: Work,
    envelopes: Sequence[Envelope],
    *,
    service: str,
    claimed_by: str | None = None,
    lease: timedelta = timedelta(0),
) -> None:
    """Write events beside what they tell, in the same transaction; claimed at once where a relay waits for them."""
    if not envelopes:
        return
    await insert_rows(
        work.connection,
        outbox,
        ("event_id", "type", "subject", "body"),
        [(envelope.id, envelope.type, envelope.subject, envelope.body) for envelope in envelopes],
        same={
            "service": service,
            "state": NEW,
            "available_at": work.at + lease if claimed_by else work.at,
            "claimed_by": claimed_by,
            "attempts": 1 if claimed_by else 0,
            "created_at": work.at,
        },
    )


async def claim(work: Work, *, owner: str, limit: int, lease: timedelta) -> list[Claimed]:
    """Take over the oldest events that wait, for the time of the lease."""
    due = (
        select(outbox.c.id, outbox.c.event_id, outbox.c.body, outbox.c.attempts)
        .where(outbox.c.state == NEW, outbox.c.available_at <= work.at)
        # In the order of the index: sorted by id alone, each claim would read and lock all that waits.
        .order_by(outbox.c.available_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await work.connection.execute(due)).all()
    if rows:
        await work.connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in rows]))
            .values(claimed_by=owner, available_at=work.at + lease, attempts=outbox.c.attempts + 1)
        )
    return [Claimed(event_id=row.event_id, body=row.body, attempts=row.attempts + 1) for row in rows]


async def mark_sent(work: Work, event_ids: Sequence[str], *, owner: str) -> int:
    """Mark events as handed over and number them; those whose claim was lost are left to the new claimer."""
    ids = await _ours(work, event_ids, owner=owner)
    if not ids:
        return 0
    last = await _raise_counter(work, by=len(ids))
    # One statement for all: at a thousand events a second, one for each would be most of the relay's work.
    await work.connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(
            state=SENT,
            sent_at=work.at,
            claimed_by=None,
            seq=last - len(ids) + place_in(work.connection, outbox.c.id, ids),
        )
    )
    return len(ids)


async def put_back(
    work: Work,
    event_ids: Sequence[str],
    *,
    owner: str,
    until: datetime,
    error: str,
    is_counted: bool,
) -> None:
    """Give events up until a later moment, with the reason; the try is forgotten where it does not count."""
    tries = outbox.c.attempts if is_counted else outbox.c.attempts - 1
    ids = await _ours(work, event_ids, owner=owner)
    later = update(outbox).where(outbox.c.id.in_(ids))
    await work.connection.execute(
        later.values(available_at=until, claimed_by=None, last_error=error, attempts=tries)
    )


async def let_go(work: Work, *, owners: Collection[str]) -> None:
    """Free what the lanes of a relay had claimed and will not carry any more."""
    await work.connection.execute(
        update(outbox)
        .where(outbox.c.state == NEW, outbox.c.claimed_by.in_(owners))
        .values(claimed_by=None, available_at=work.at)
    )


async def pending(reading: Reading) -> Pending:
    """Count what waits and what was set aside."""
    counted = select(outbox.c.state, func.count(), func.min(outbox.c.created_at)).group_by(outbox.c.state)
    rows = await reading.connection.execute(counted.where(outbox.c.state.in_([NEW, PARKED])))
    found = {row[0]: (row[1], row[2]) for row in rows}
    count, oldest = found.get(NEW, (0, None))
    return Pending(count=count, oldest=oldest, parked=found.get(PARKED, (0, None))[0])


async def _raise_counter(work: Work, *, by: int) -> int:
    raised = (
        update(event_sequence)
        .where(event_sequence.c.name == _COUNTER)
        .values(value=event_sequence.c.value + by)
    )
    if not (await work.connection.execute(raised)).rowcount:
        fresh = insert_ignoring(work.connection, event_sequence).values(name=_COUNTER, value=0)
        await work.connection.execute(fresh)
        await work.connection.execute(raised)
    counted = select(event_sequence.c.value).where(event_sequence.c.name == _COUNTER)
    return int((await work.connection.execute(counted)).scalar_one())


async def release_claims(work: Work) -> None:
    """Make every claimed event available at once: only where no other process can hold one."""
    await work.connection.execute(
        update(outbox)
        .where(outbox.c.state == NEW, outbox.c.claimed_by.is_not(None))
        .values(claimed_by=None, available_at=work.at)
    )


async def _ours(work: Work, event_ids: Sequence[str], *, owner: str) -> list[int]:
    """Return and lock those rows that are still claimed by the owner, in the order in which they were told."""
    mine = (
        select(outbox.c.id)
        .where(outbox.c.event_id.in_(event_ids), outbox.c.claimed_by == owner, outbox.c.state == NEW)
        .with_for_update()
    )
    # A database that has not counted its rows lately would look at all of them, and lock them.
    found = await work.connection.execute(through_index(mine, outbox, "uq_outbox_event_id"))
    return sorted(found.scalars())
