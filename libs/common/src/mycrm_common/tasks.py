"""Background tasks that nobody can lose: a strong reference is kept until each one ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class TaskNursery:
    """Keeps the tasks that it starts, and ends those that are left when it is closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run a coroutine beside the others; its failure is raised to whoever awaits the task."""
        task = asyncio.create_task(coroutine, name=name)  # noqa: TID251 - the one place that keeps the reference
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self, seconds: float) -> None:
        """Wait until all that runs has ended by itself, but not longer than this."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=seconds)

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        left = tuple(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
