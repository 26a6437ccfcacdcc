"""Lets one step of a line of work go ahead of the next one, by a piece or two.

While a batch is stored, the next is read and the one after that is fetched: the line is as fast as its slowest
step. With one piece between two steps all of them begin at the same moment, get in each other's way, and then wait
for the slowest; a second one lets them work when there is time. What holds the bytes of mails goes one ahead only.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final, TypeVar

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
