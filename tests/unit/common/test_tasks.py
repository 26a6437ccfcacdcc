"""Background tasks that nobody loses."""

import asyncio
import gc

import pytest

from mycrm_common.tasks import TaskNursery


async def test_a_task_that_only_the_nursery_knows_survives_the_garbage_collector() -> None:
    nursery, done = TaskNursery(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.set()

    nursery.start(work(), name="work")
    gc.collect()

    await asyncio.wait_for(done.wait(), 1)


async def test_a_failure_reaches_whoever_awaits_the_task() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await TaskNursery().start(fail(), name="fail")


async def test_closing_cancels_and_waits_for_the_cleaning_up() -> None:
    nursery, told = TaskNursery(), list[str]()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            told.append("cleaned")

    nursery.start(work(), name="work")
    await asyncio.sleep(0)
    await nursery.close()

    assert told == ["cleaned"]


async def test_settling_waits_for_the_end_but_not_longer_than_told() -> None:
    nursery = TaskNursery()
    quick = nursery.start(asyncio.sleep(0.01), name="quick")
    slow = nursery.start(asyncio.sleep(3600), name="slow")

    await nursery.settle(0.2)

    assert quick.done()
    assert not slow.done()
    await nursery.close()
    await nursery.settle(3600)
