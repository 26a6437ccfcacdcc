"""One copy in a process of its own, asked by a line of JSON; tells how long it took and how much memory it had."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mycrm_common.events.backups import BackupRunRequested
from tests.component.backup_service import backup_service

_SECRETS = ("backup_url", "backup_private_key")


async def copy(asked: dict[str, Any]) -> float:
    """Make a copy, and return how many seconds it took."""
    folder = Path(asked.pop("folder"))
    settings: dict[str, Any] = {
        name: SecretStr(value) if name in _SECRETS else value for name, value in asked.items()
    }
    async with backup_service(folder, backup_verify="off", **settings) as service:
        began = time.perf_counter()
        answer = await service.ask(BackupRunRequested)
        seconds = time.perf_counter() - began
    assert answer["ok"], answer
    return seconds


if __name__ == "__main__":
    took = asyncio.run(copy(json.load(sys.stdin)))
    most = Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]
    print(json.dumps({"seconds": took, "kilobytes": int(most)}))
