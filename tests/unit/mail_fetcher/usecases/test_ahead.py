"""One step of a line of work goes ahead of the next, so far and no further."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from mycrm_common.tasks import TaskNursery
from mycrm_mail_fetcher.usecases.ahead import ahead, two_at_once

TURNS = 100


async def _numbers(made: list[int], *, fails_at: int = 0) -> AsyncGenerator[int]:
    for number in range(1, 11):
        if number == fails_at:
            raise ValueError("no more")
        made.append(number)
        yield number


async def _everybody_else() -> None:
    """Let all others do what they can do."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.mark.parametrize("most", [1, 2, 5])
async def test_so_many_wait_and_one_more_is_in_hand(most: int) -> None:
    made: list[int] = []
    async with aclosing(ahead(_numbers(made), name="count", most=most)) as pieces:
        assert await anext(pieces) == 1
        await _everybody_else()

        assert made == list(range(1, most + 3))
        assert [number async for number in pieces] == list(range(2, 11))


async def test_what_was_made_before_a_failure_is_taken_first() -> None:
    async with aclosing(ahead(_numbers([], fails_at=4), name="count", most=2)) as pieces:
        assert [await anext(pieces) for _ in range(3)] == [1, 2, 3]
        with pytest.raises(ValueError, match="no more"):
            await anext(pieces)


async def test_who_leaves_early_ends_the_source() -> None:
    source = _numbers([])
    async with aclosing(ahead(source, name="count")) as pieces:
        assert await anext(pieces) == 1

    with pytest.raises(StopAsyncIteration):
        await anext(source)


class _Errands:
    """Coroutines that end when they may, and who began."""

    def __init__(self, *, fails_at: int = 0, source_fails_at: int = 0) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.may_end = asyncio.Event()
        self._fails_at, self._source_fails_at = fails_at, source_fails_at

    async def all(self) -> AsyncGenerator[Coroutine[Any, Any, int]]:
        for number in range(1, 6):
            if number == self._source_fails_at:
                raise ValueError("no more")
            yield self._run(number)

    async def _run(self, number: int) -> int:
        self.begun.append(number)
        try:
            await self.may_end.wait()
        finally:
            self.ended.append(number)
        if number == self._fails_at:
            raise ValueError("it failed")
        return number


async def _first_of(results: AsyncGenerator[int]) -> int:
    return await anext(results)


async def test_two_are_under_way_and_come_in_their_order() -> None:
    errands, nursery = _Errands(), TaskNursery()
    async with aclosing(two_at_once(errands.all(), name="run")) as results:
        first = nursery.start(_first_of(results), name="first")
        await _everybody_else()
        assert errands.begun == [1, 2]
        errands.may_end.set()

        assert await first == 1
        assert [number async for number in results] == [2, 3, 4, 5]


async def test_a_failure_comes_behind_what_was_begun_before_it() -> None:
    errands = _Errands(source_fails_at=3)
    errands.may_end.set()
    async with aclosing(two_at_once(errands.all(), name="run")) as results:
        assert [await anext(results) for _ in range(2)] == [1, 2]
        with pytest.raises(ValueError, match="no more"):
            await anext(results)


async def test_one_that_fails_ends_the_row() -> None:
    errands = _Errands(fails_at=2)
    errands.may_end.set()
    async with aclosing(two_at_once(errands.all(), name="run")) as results:
        assert await anext(results) == 1
        with pytest.raises(ValueError, match="it failed"):
            await anext(results)


async def test_who_leaves_early_ends_all_that_is_under_way() -> None:
    errands, nursery = _Errands(), TaskNursery()
    async with aclosing(two_at_once(errands.all(), name="run")) as results:
        nursery.start(_first_of(results), name="first")
        await _everybody_else()
        await nursery.close()

    assert sorted(errands.ended) == errands.begun == [1, 2]
