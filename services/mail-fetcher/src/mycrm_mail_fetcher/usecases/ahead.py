"""Lets one step of a line of work go ahead of the next one, by a piece or two.

While a batch is stored, the next is read and the one after that is fetched: the line is as fast as its slowest
step. With one piece between two steps all of them begin at the same moment, get in each other's way, and then wait
for the slowest; a second one lets them work when there is time. What holds the bytes of mails goes one ahead only.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Final, TypeVar

from mycrm_common.tasks import TaskNursery

T = TypeVar("T")

_END: Final = object()


async def ahead(source: AsyncGenerator[T], *, name: str, most: int = 1) -> AsyncGenerator[T]:
    """Yield what the source yields, in its order, while the source already makes the next; its error is raised last.

    At most so many wait to be taken. Whoever leaves early ends the source too.
    """
    ready: asyncio.Queue[object] = asyncio.Queue(maxsize=most)

    async def run() -> None:
        try:
            async for piece in source:
                await ready.put(piece)
        except Exception:
            await ready.put(_END)
            raise
        await ready.put(_END)

    nursery = TaskNursery()
    worker = nursery.start(run(), name=name)
    try:
        while (piece := await ready.get()) is not _END:
            yield piece  # type: ignore[misc]  # only pieces and the end are in the queue
        await worker
    finally:
        await nursery.close()
        await source.aclose()


async def two_at_once(source: AsyncGenerator[Coroutine[Any, Any, T]], *, name: str) -> AsyncGenerator[T]:
    """Yield what the coroutines of the source bring, in its order; while one is waited for, the next has begun.

    A failure is raised behind what was begun before it. Whoever leaves early ends them and the source.
    """
    nursery = TaskNursery()
    under_way = deque[asyncio.Task[T]]()
    try:
        while True:
            try:
                coroutine = await anext(source)
            except StopAsyncIteration:
                break
            except Exception:
                while under_way:
                    yield await under_way.popleft()
                raise
            under_way.append(nursery.start(coroutine, name=name))
            under_way[-1].add_done_callback(_seen)
            if len(under_way) > 1:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        await nursery.close()
        await source.aclose()


def _seen(task: asyncio.Task[Any]) -> None:
    """Look at a failure, which may be that of a line on which another one has failed already."""
    if not task.cancelled():
        task.exception()
