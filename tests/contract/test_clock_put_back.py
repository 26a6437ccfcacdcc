"""A clock that is put back by two hours keeps no event waiting, whatever it was waiting for."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

import mycrm_common.running
from mycrm_common.db import deliveries, outbox, schema, waits
from mycrm_common.db.tables.events import inbox
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.events.registry import Event
from mycrm_common.running import running
from mycrm_common.runtime import Runtime, open_runtime
from mycrm_common.service import Service, Subscription
from mycrm_common.settings import Settings
from mycrm_common.work import UnitOfWork
from tests.contract.household import Household, Process, leave_effect, updated
from tests.support.clock import FakeClock
from tests.support.ports import free_port
from tests.support.waiting import eventually

LEASE = timedelta(seconds=30)


class Failing:
    """Fails the first few times."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def __call__(self, event: Event, unit: UnitOfWork) -> None:
        """Leave an effect, or not."""
        if self.left:
            self.left -= 1
            raise RuntimeError("not yet")
        async with unit() as work:
            await leave_effect(work, of="use", event=event)


async def _put_back(process: Process) -> int:
    process.clock.advance(hours=-2)
    async with process.unit() as work:
        return await waits.shorten(work)


async def test_an_event_that_was_just_told_is_published_at_once(household: Household) -> None:
    process = household.begin()
    await process.consume("use", CustomerUpdated)
    await process.tell(updated(1))

    assert await _put_back(process) == 1

    await process.until_effects(("use", "1"))


async def test_an_event_that_a_dead_process_had_in_hand_is_published_at_once(household: Household) -> None:
    process = household.begin()
    await process.consume("use", CustomerUpdated)
    await process.tell(updated(1))
    async with process.unit() as work:
        assert await outbox.claim(work, owner="dead", limit=1, lease=LEASE)

    assert await _put_back(process) == 1

    await process.until_effects(("use", "1"))


@pytest.mark.parametrize("failures", [1, 2, 3, 4])
async def test_a_retry_is_made_at_once_rather_than_hours_late(household: Household, failures: int) -> None:
    process = household.begin()
    consumer = await process.consume("use", CustomerUpdated, handle=Failing(failures))
    await process.tell(updated(1))
    await process.relay_all()
    for attempt in range(1, failures + 1):
        await eventually(partial(_waits_after, process, attempt), what=f"attempt {attempt}")
        if attempt < failures:
            process.clock.advance(hours=1)
            await consumer.do_due()

    assert await _put_back(process) == 1

    await consumer.do_due()
    await process.until_effects(("use", "1"))


async def _waits_after(process: Process, attempts: int) -> bool:
    rows = await process.waiting()
    return [(row.attempts, row.claimed_by) for row in rows] == [(attempts, None)]


async def test_a_delivery_that_a_dead_process_had_in_hand_is_done_at_once(household: Household) -> None:
    process = household.begin()
    consumer = await process.consume("use", CustomerUpdated, handle=Failing(1))
    await process.tell(updated(1))
    await process.relay_all()
    await eventually(partial(_waits_after, process, 1), what="the first attempt")
    process.clock.advance(minutes=1)
    async with process.unit() as work:
        claimed = await deliveries.claim(
            work, consumer=consumer.name, owner="dead", limit=1, lease=timedelta(minutes=1)
        )
        assert len(claimed) == 1

    assert await _put_back(process) == 1

    await consumer.do_due()
    await process.until_effects(("use", "1"))


async def test_what_waits_as_it_should_is_left_alone(household: Household) -> None:
    process = household.begin()
    consumer = await process.consume("use", CustomerUpdated, handle=Failing(5))
    await process.tell(updated(1))
    await process.relay_all()
    for attempt in range(1, 6):
        await eventually(partial(_waits_after, process, attempt), what=f"attempt {attempt}")
        async with process.unit() as work:
            assert await waits.shorten(work) == 0
        process.clock.advance(hours=3)
        await consumer.do_due()
    await process.tell(updated(2))
    async with process.unit() as work:
        assert await outbox.claim(work, owner="alive", limit=1, lease=LEASE)
        assert await waits.shorten(work) == 0


async def test_a_running_process_looks_for_such_events_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mycrm_common.running, "_SHORTEN_SECONDS", 0.05)
    settings = Settings.load(
        data_dir=tmp_path,
        database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"),
        log_level="error",
    )
    handle = Failing(1)
    subscription = Subscription(use="use", events=(CustomerUpdated,), handle=handle)
    async with open_runtime(settings) as opened:
        await schema.migrate(opened.database)
        clock = FakeClock()
        runtime = replace(opened, clock=clock)
        service = Service(name="api", subscriptions=(subscription,))
        async with running(runtime, [service], health_port=free_port()):
            async with runtime.unit_for("api")() as work:
                work.tell(updated(1))
            await eventually(lambda: not handle.left, what="the failure")

            clock.advance(hours=-2)

            await eventually(lambda: _is_done(runtime), what="the effect")


async def _is_done(runtime: Runtime) -> bool:
    async with runtime.database.reading() as reading:
        return bool((await reading.connection.execute(select(inbox))).all())
