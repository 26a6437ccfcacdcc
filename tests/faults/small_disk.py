"""A disk that is full, and has room again, for the embedded CRM; neither way needs a right that CI may not have.

- Everywhere: the process may write no file past where it stands (RLIMIT_FSIZE, as a quota does). It can be
  taken from a running process and given back.
- Where the kernel lets people have namespaces of their own: a real tmpfs of a few megabytes, in which a ballast
  lies. `python -m tests.faults.small_disk FOLDER` runs the CRM on one that nobody else sees.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from tests.support.embedded import EmbeddedCRM

SIZE, BALLAST = "6m", 2_500_000
_MOUNT = 'mount -t tmpfs -o size={size},mode=0700 data "$0" && head -c {ballast} /dev/zero >"$0/ballast" && exec "$@"'
_SQL = (
    "import sqlite3, sys; file = sqlite3.connect(sys.argv[1]); "
    "print(*file.execute(sys.argv[2]).fetchone() or ()); file.commit()"
)
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


class SmallDisk(Protocol):
    """How a disk becomes full and gets room."""

    module: str

    def arguments(self, folder: Path) -> tuple[str, ...]:
        """What the module is started with."""
        ...

    def fill(self, crm: EmbeddedCRM) -> None:
        """Leave no room, or so little that writing soon uses it up."""
        ...

    def make_room(self, crm: EmbeddedCRM) -> None:
        """Let there be room again."""
        ...

    def seen_by(self, crm: EmbeddedCRM) -> tuple[str, ...]:
        """What a command must begin with to see the disk as the CRM does."""
        ...


class Quota:
    """No file of the process grows past where it stands."""

    module = "mycrm_embedded"

    def arguments(self, folder: Path) -> tuple[str, ...]:
        """Nothing special."""
        del folder
        return ()

    def fill(self, crm: EmbeddedCRM) -> None:
        """Take the right to write anywhere but into the first page of a file."""
        _limit(crm.child.pid, 4096)

    def make_room(self, crm: EmbeddedCRM) -> None:
        """Give the right back."""
        _limit(crm.child.pid, resource.RLIM_INFINITY)

    def seen_by(self, crm: EmbeddedCRM) -> tuple[str, ...]:
        """Everybody sees it."""
        del crm
        return ()


class Tmpfs:
    """A file system of its own, which is small; writing fills it."""

    module = "tests.faults.small_disk"

    def arguments(self, folder: Path) -> tuple[str, ...]:
        """Where it lies."""
        return (str(folder / "data"),)

    def fill(self, crm: EmbeddedCRM) -> None:
        """It fills by itself."""

    def make_room(self, crm: EmbeddedCRM) -> None:
        """Throw the ballast away, which lies where only the process sees it."""
        subprocess.run([*self.seen_by(crm), "rm", str(crm.data / "ballast")], check=True)

    def seen_by(self, crm: EmbeddedCRM) -> tuple[str, ...]:
        """It is there for the process alone."""
        return ("nsenter", "--target", str(crm.child.pid), "--user", "--mount", "--preserve-credentials")


def integrity(disk: SmallDisk, crm: EmbeddedCRM) -> str:
    """What SQLite says of the file while the CRM runs."""
    return sql(disk, crm, "PRAGMA integrity_check")


def sql(disk: SmallDisk, crm: EmbeddedCRM, statement: str) -> str:
    """What a statement says, from a process of its own."""
    command = [*disk.seen_by(crm), sys.executable, "-c", _SQL, str(crm.data / "mycrm.db"), statement]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def namespaces_are_allowed() -> bool:
    """Whether this account may mount a file system that nobody else sees."""
    tried = subprocess.run(
        [*_NAMESPACE, "mount", "-t", "tmpfs", "data", "/tmp"],  # noqa: S108 - seen by that command alone
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def _limit(pid: int, most_bytes: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, hard))


def _run_on_tmpfs(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    mount = _MOUNT.format(size=SIZE, ballast=BALLAST)
    command = (sys.executable, "-u", "-m", "mycrm_embedded")
    os.execvp(_NAMESPACE[0], (*_NAMESPACE, "sh", "-c", mount, str(folder), *command))  # noqa: S606 - it becomes the CRM


if __name__ == "__main__":
    _run_on_tmpfs(Path(sys.argv[1]))
