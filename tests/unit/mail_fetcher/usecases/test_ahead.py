"""One step of a line of work goes ahead of the next, so far and no further."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from mycrm_mail_fetcher.usecases.ahead import ahead

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
