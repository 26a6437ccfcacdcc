"""Those who fetch go together, everybody else alone, and nobody waits for ever."""

import asyncio

import pytest

from mycrm_mail_fetcher.adapters.imap.turns import Turns


class Stage:
    """Notes who is on it."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.seen: list[str] = []
        self.leave = asyncio.Event()

    async def act(self, name: str, *, alone: bool) -> None:
        async with self.turns.alone() if alone else self.turns.together():
            self.seen.append(name)
            await self.leave.wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_readers_go_together_and_others_wait_in_order() -> None:
    stage = Stage()
    async with asyncio.TaskGroup() as group:
        for name, alone in (("a", False), ("b", False), ("C", True), ("d", False)):
            group.create_task(stage.act(name, alone=alone))
        await settle()
        assert stage.seen == ["a", "b"]
        stage.leave.set()
    assert stage.seen == ["a", "b", "C", "d"]


async def test_one_who_goes_alone_keeps_everybody_out() -> None:
    stage = Stage()
    async with asyncio.TaskGroup() as group:
        for name, alone in (("A", True), ("b", False), ("C", True)):
            group.create_task(stage.act(name, alone=alone))
        await settle()
        assert stage.seen == ["A"]
        stage.leave.set()
    assert stage.seen == ["A", "b", "C"]


@pytest.mark.parametrize("alone", [True, False])
async def test_who_gives_up_or_fails_lets_the_next_one_go(*, alone: bool) -> None:
    stage = Stage()
    first = asyncio.gather(stage.act("first", alone=alone), return_exceptions=True)
    waiting = asyncio.gather(stage.act("never", alone=True), return_exceptions=True)
    await settle()
    for task in (waiting, first):
        task.cancel()
    stage.leave.set()
    await stage.act("next", alone=True)
    await asyncio.gather(first, waiting, return_exceptions=True)
    assert stage.seen == ["first", "next"]
