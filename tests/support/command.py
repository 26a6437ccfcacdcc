"""The `mycrm` command as an operator types it."""

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.process import inherited_environment


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str


async def mycrm(*arguments: str, folder: Path, module: str = "mycrm_embedded.cli", **settings: str) -> Ended:
    """Run `mycrm` over the data in the folder, and return how it ended; no traceback may show."""
    chosen = {"MYCRM_DATA_DIR": str(folder / "data"), "MYCRM_LANGUAGE": "en"} | settings

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=inherited_environment() | chosen,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    ended = await asyncio.to_thread(run)
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr)
