"""Start to first answer, and memory at rest, beside a bare interpreter that imports the same libraries."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.rows import row
from tests.support.certificates import make_authority
from tests.support.dovecot import dovecot
from tests.support.embedded import EmbeddedCRM, embedded_crm
from tests.support.process import ChildProcess

RUNS = 5
LIBRARIES = (
    "aiohttp.web, sqlalchemy.ext.asyncio, aiosqlite, pydantic, pydantic_settings, structlog, argon2, nh3, "
    "aioimaplib, email_validator, cryptography.hazmat.primitives.ciphers.aead"
)


async def measure_start() -> list[dict[str, Any]]:
    """Return the figures of starts on a made environment with an idle mailbox."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = make_authority(folder)
        async with dovecot(folder, authority=authority) as server:
            environment = {"MYCRM_MAILBOX_CA_FILE": str(server.ca_file)}
            async with embedded_crm(folder, environment=environment) as crm:
                await crm.set_up()
                await crm.connect_mailbox(
                    host=server.host, port=server.port, username=server.username, password=server.password
                )
                await _idle(crm)
                starts, memory = [], []
                for _ in range(RUNS):
                    await crm.child.stop()
                    began = time.perf_counter()
                    crm.restart()
                    await crm.ready()
                    starts.append(time.perf_counter() - began)
                    await _idle(crm)
                    await asyncio.sleep(3)
                    memory.append(_resident(crm.child.pid))
        bare_starts, bare_memory = await _bare(folder)
    return [
        row("start to first answer, embedded", starts, "s", target="target 2"),
        row("  bare interpreter importing the same libraries", bare_starts, "s"),
        row("resident memory, embedded with an idle mailbox", memory, "MB", target="target 110"),
        row("  bare interpreter importing the same libraries", bare_memory, "MB"),
    ]


async def _idle(crm: EmbeddedCRM) -> None:
    async def has_synced() -> bool:
        return bool((await crm.ask("GET", "/mailbox"))["last_synced_at"])

    await crm.child.until(has_synced, what="a pass over the mailbox")


async def _bare(folder: Path) -> tuple[list[float], list[float]]:
    starts, memory = [], []
    for number in range(RUNS):
        log = folder / f"bare-{number}.log"
        code = f"import {LIBRARIES}, time; print('imported', flush=True); time.sleep(30)"
        child = ChildProcess([sys.executable, "-c", code], log_file=log)
        began = time.perf_counter()
        child.start()
        await child.wait_for_line("imported")
        starts.append(time.perf_counter() - began)
        memory.append(_resident(child.pid))
        child.end()
    return starts, memory


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise AssertionError(pid)
