"""The tokens of the budget, kept for all replicas.

The provider's row is locked first, so that replicas count and take one after the other.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from mycrm_common.db.dialects import insert_ignoring
from mycrm_common.db.tables.checks import check_calls as calls
from mycrm_common.db.tables.checks import check_providers as providers
from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.breaker import Breaker
from mycrm_verifier.domain.budget import AWAY, Budget
from mycrm_verifier.domain.schedule import Turns
from mycrm_verifier.ports.budget import Standing

# Tokens are everybody's, whoever is asked: one row stands for all of them and is locked before they are counted.
_ALL = ""
_KEPT = timedelta(hours=2)


async def hold(work: Work, provider: str, *, per_hour: int) -> Standing:
    """The present standing, which no replica changes until this work is done."""
    for name in (_ALL, provider):
        await _make(work, name, cost=0, per_hour=0)
        await work.connection.execute(
            select(providers.c.name).where(providers.c.name == name).with_for_update()
        )
    return await look(work, provider, per_hour=per_hour)


async def look(reading: Reading, provider: str, *, per_hour: int) -> Standing:
    """The standing as it was a moment ago."""
    row = (await reading.connection.execute(select(providers).where(providers.c.name == provider))).first()
    # Only the newest can be away any more; a budget of many thousands is not carried here as a whole for nothing.
    newest = (
        select(calls.c.used_at).order_by(calls.c.used_at.desc(), calls.c.id.desc()).limit(max(per_hour, 0))
    )
    used = tuple(sorted((await reading.connection.execute(newest)).scalars()))
    if row is None:
        return Standing(budget=Budget(per_hour=per_hour, used=used))
    return _standing(row, Budget(per_hour=per_hour, used=used, blocked_until=row.blocked_until))


async def save(work: Work, provider: str, standing: Standing) -> None:
    """Write the standing down, except for the tokens."""
    await work.connection.execute(
        update(providers)
        .where(providers.c.name == provider)
        .values(
            blocked_until=standing.budget.blocked_until,
            credits=standing.credits,
            faults=standing.breaker.faults,
            fault=standing.breaker.fault,
            broken_until=standing.breaker.broken_until,
            since_again=standing.turns.since_again,
            asked_in_row=standing.turns.asked_in_row,
        )
    )


async def put_calls(work: Work, provider: str, *, used_at: datetime, count: int = 1) -> None:
    """Note that tokens were used."""
    await work.connection.execute(insert(calls), [{"provider": provider, "used_at": used_at}] * count)


async def settle_calls(work: Work) -> None:
    """Bring tokens that were used in the future to the present, and forget those that are back."""
    await work.connection.execute(update(calls).where(calls.c.used_at > work.at).values(used_at=work.at))
    await work.connection.execute(delete(calls).where(calls.c.used_at < work.at - AWAY - _KEPT))


async def activate(work: Work, provider: str, *, cost: int, per_hour: int) -> None:
    """Note which provider is asked from now on, for people to see."""
    await _make(work, provider, cost=cost, per_hour=per_hour)
    await work.connection.execute(
        update(providers)
        .where(providers.c.name == provider)
        .values(cost=cost, per_hour=per_hour, active_at=work.at)
    )


async def _make(work: Work, name: str, *, cost: int, per_hour: int) -> None:
    await work.connection.execute(
        insert_ignoring(work.connection, providers).values(
            name=name,
            cost=cost,
            per_hour=per_hour,
            active_at=work.at - timedelta(days=3650),
            faults=0,
            fault="",
            since_again=0,
            asked_in_row=0,
        )
    )


def _standing(row: Row[Any], budget: Budget) -> Standing:
    return Standing(
        budget=budget,
        breaker=Breaker(faults=row.faults, fault=row.fault, broken_until=row.broken_until),
        turns=Turns(since_again=row.since_again, asked_in_row=row.asked_in_row),
        credits=row.credits,
    )
