"""Waking one part of a process from another."""

import asyncio

from mycrm_common.service import Wake


async def test_a_nudge_ends_the_wait() -> None:
    wake = Wake()
    waiting = asyncio.gather(wake.wait(3600))
    await asyncio.sleep(0)
    wake.nudge()

    await asyncio.wait_for(waiting, 1)


async def test_a_nudge_before_the_wait_is_not_lost() -> None:
    wake = Wake()
    wake.nudge()

    await asyncio.wait_for(wake.wait(3600), 1)


async def test_many_nudges_are_one() -> None:
    wake = Wake()
    for _ in range(3):
        wake.nudge()
    await asyncio.wait_for(wake.wait(3600), 1)

    waiting = asyncio.gather(wake.wait(3600))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    wake.nudge()
    await waiting


async def test_without_a_nudge_the_wait_ends_by_itself() -> None:
    await asyncio.wait_for(Wake().wait(0.001), 1)
