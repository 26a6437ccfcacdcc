"""Waiting for something to become true, without ever sleeping for a fixed time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

Answer = TypeVar("Answer")


class NotInTimeError(AssertionError):
    """What a test waited for did not happen."""


@overload
async def eventually(
    question: Callable[[], Awaitable[Answer | None]],
    *,
    what: str,
    seconds: float = ...,
    every_seconds: float = ...,
) -> Answer: ...
@overload
async def eventually(
    question: Callable[[], Answer | None],
    *,
    what: str,
    seconds: float = ...,
    every_seconds: float = ...,
) -> Answer: ...
async def eventually(
    question: Callable[[], Any], *, what: str, seconds: float = 10, every_seconds: float = 0.02
) -> Any:
    """The first truthy answer to the question (a function or a coroutine function); else NotInTimeError."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise NotInTimeError(f"not within {seconds:g} s: {what} (last answer: {answer!r})")
        await asyncio.sleep(every_seconds)
