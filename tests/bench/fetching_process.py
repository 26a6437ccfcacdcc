"""Mail-fetcher alone in a process: one first look, one with nothing new; asked and answered as JSON."""

import asyncio
import json
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mycrm_common.collecting import collect_seldom
from mycrm_common.db.tables.messages import messages
from tests.component.mail_fetcher_service import mail_fetcher

KB_PER_MB = 1024
IDLE_LOOKS = 3


class Peak:
    """The most memory that this process and its children ever held at once, in MB."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._ends.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ends.wait(0.02):
            self.megabytes = max(self.megabytes, sum(_resident(pid) for pid in _family()))


def _family() -> list[str]:
    children = Path(f"/proc/self/task/{threading.main_thread().native_id}/children").read_text("ascii")
    return ["self", *children.split()]


def _resident(pid: str) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * resource.getpagesize() / KB_PER_MB / KB_PER_MB


async def _look(asked: dict[str, Any]) -> dict[str, float]:
    async with mail_fetcher(
        Path(asked["data"]), database_url=asked["database"], mailbox_ca_file=Path(asked["ca_file"])
    ) as fetcher:
        await fetcher.connect(
            _Server(**{name: asked[name] for name in ("host", "port", "username", "password")})  # type: ignore[arg-type]
        )
        collect_seldom()  # as the runner does, which is not here
        peak = Peak()
        began = time.perf_counter()
        await fetcher.look()
        seconds = time.perf_counter() - began
        idle = []
        for _ in range(IDLE_LOOKS):
            began = time.perf_counter()
            await fetcher.look()
            idle.append(time.perf_counter() - began)
        peak.end()
        ((stored,),) = await fetcher.rows(select(func.count()).select_from(messages))
    return {
        "seconds": seconds,
        "stored": stored,
        "megabytes": peak.megabytes,
        "idle_seconds": sorted(idle)[len(idle) // 2],
    }


class _Server:
    """Where the mailbox is."""

    def __init__(self, *, host: str, port: int, username: str, password: str) -> None:
        self.host, self.port, self.username, self.password = host, port, username, password


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_look(json.loads(sys.stdin.read())))))
