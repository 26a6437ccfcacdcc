"""Short private folders for servers.

pytest's own folders are too deep for a unix socket's path (107 bytes) and closed to the account that a
server runs as. A folder's name carries the process that made it, so that the next run can sweep away
what a killed one left.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """A new folder with a short path, removed at the end."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"mycrm-test-{name}-{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Removes the scratch folders of processes that are gone."""
    for folder in Path(tempfile.gettempdir()).glob("mycrm-test-*"):
        match = re.fullmatch(r"mycrm-test-[a-z]+-(\d+)-\w+", folder.name)
        if match and not Path("/proc", match[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)
