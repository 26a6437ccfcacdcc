"""Who may do what must be done by one: leases, and the fence before each commit."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from mycrm_common.crash import CrashPoints
from mycrm_common.db import leases
from mycrm_common.db.engine import Database
from mycrm_common.db.leases import Lease, working_under
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import MyCRMError
from mycrm_common.tasks import TaskNursery
from mycrm_common.work import Work
from tests.contract.household import added
from tests.support.clock import FakeClock

T = TypeVar("T")
TTL = timedelta(seconds=30)


class Team:
    """People who want the same lease, at a time that the test chooses."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock()
        self.unit = SqlUnits(database, service="common", clock=self.clock, crash=CrashPoints())

    async def do(self, act: Callable[[Work], Awaitable[T]]) -> T:
        """Do one act in a transaction."""
        async with self.unit() as work:
            return await act(work)

    async def ask(self, holder: str) -> Lease | None:
        """Ask for the lease."""
        return await self.do(lambda work: leases.acquire(work, "sync team", holder=holder, ttl=TTL))

    async def take(self, holder: str) -> Lease:
        """Take the lease, which must be free."""
        lease = await self.ask(holder)
        assert lease is not None
        return lease

    async def renew(self, lease: Lease) -> bool:
        """Hold it for longer."""
        return await self.do(lambda work: leases.renew(work, lease, ttl=TTL))

    async def tell(self, lease: Lease) -> None:
        """Do a piece of the work for which the lease is needed."""
        with working_under(lease):
            async with self.unit() as work:
                work.tell(added(lease.fence))

    async def told(self) -> int:
        """Count the pieces that were done."""
        async with self.database.reading() as reading:
            counted = select(func.count()).select_from(outbox)
            return int((await reading.connection.execute(counted)).scalar_one())


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


async def test_a_lease_has_one_holder(team: Team) -> None:
    taken = await asyncio.gather(*(team.ask(name) for name in ("a", "b", "c", "d")))

    assert [lease.fence for lease in taken if lease is not None] == [1]


async def test_a_renewed_lease_is_nobody_elses(team: Team) -> None:
    lease = await team.take("a")
    for _ in range(5):
        team.clock.advance(seconds=20)
        assert await team.renew(lease)

    assert await team.ask("b") is None


async def test_a_lease_that_ran_out_is_taken_over_with_a_higher_fence(team: Team) -> None:
    first = await team.take("a")
    team.clock.advance(seconds=30)

    second = await team.take("b")

    assert second.fence > first.fence
    assert not await team.renew(first)
    assert await team.ask("a") is None
    team.clock.advance(seconds=31)
    assert (await team.take("a")).fence > second.fence


async def test_a_lease_that_ran_out_and_that_nobody_took_may_be_renewed(team: Team) -> None:
    lease = await team.take("a")
    team.clock.advance(minutes=5)

    assert await team.renew(lease)
    assert await team.ask("b") is None


async def test_whoever_begins_anew_gets_a_new_fence(team: Team) -> None:
    before = await team.take("a")

    after = await team.take("a")

    assert after.fence > before.fence
    assert not await team.renew(before)


async def test_a_lease_that_is_given_back_is_free_at_once_but_only_by_its_holder(team: Team) -> None:
    lease = await team.take("a")
    await team.do(lambda work: leases.release(work, Lease(name=lease.name, holder="b", fence=lease.fence)))
    assert await team.ask("b") is None

    await team.do(lambda work: leases.release(work, lease))
    assert await team.ask("b") is not None


async def test_a_dead_process_holds_nothing_where_only_one_can_be_there(team: Team) -> None:
    await team.take("dead")

    await team.do(leases.release_all)

    assert await team.ask("alive") is not None


async def test_a_clock_that_is_put_back_keeps_nobody_waiting(team: Team) -> None:
    await team.take("dead")

    team.clock.advance(hours=-2)

    assert await team.ask("alive") is not None


async def test_work_is_stored_while_its_lease_is_held(team: Team) -> None:
    lease = await team.take("a")
    team.clock.advance(minutes=5)

    await team.tell(lease)

    assert await team.told() == 1


async def test_work_whose_lease_was_lost_is_not_stored(team: Team) -> None:
    lost = await team.take("a")
    team.clock.advance(seconds=31)
    held = await team.take("b")

    with pytest.raises(MyCRMError, match="lease_lost"):
        await team.tell(lost)
    assert await team.told() == 0

    await team.tell(held)
    assert await team.told() == 1


async def test_a_lease_that_is_taken_in_the_middle_of_the_work_stops_it(team: Team) -> None:
    if team.database.is_exclusive:
        pytest.skip("one transaction at a time: nobody can take it in the middle")
    lost = await team.take("a")

    unit = AsyncExitStack()
    work = await unit.enter_async_context(team.unit())
    work.tell(added(1))
    team.clock.advance(seconds=31)
    await team.take("b")
    with pytest.raises(MyCRMError, match="lease_lost"), working_under(lost):
        await unit.aclose()

    assert await team.told() == 0


async def test_nobody_takes_a_lease_between_its_check_and_the_commit(team: Team) -> None:
    if team.database.is_exclusive:
        pytest.skip("one transaction at a time")
    lease = await team.take("a")
    nursery = TaskNursery()
    async with team.unit() as work:
        with working_under(lease):
            await leases.check(work)
        team.clock.advance(seconds=31)
        taking = nursery.start(team.ask("b"), name="taking")
        await asyncio.sleep(0.2)
        assert not taking.done(), "taken although its holder is about to commit"

    assert await taking is not None
    await nursery.close()
