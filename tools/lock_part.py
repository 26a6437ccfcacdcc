"""Prints the part of requirements.txt that some of our packages need: `lock_part.py libs/common services/api`.

An image carries what its own service asks for and nothing else, yet there is one lock. The notes `# via` in it say
who asked for each package; from what the named pyproject.toml ask for, this follows them to the end.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VIA = re.compile(r"^    #(?: via|  )\s+(\S+)", re.MULTILINE)
_BLOCK = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One package of the lock: its lines, and who asked for it."""

    lines: str
    asked_by: frozenset[str]


def read_lock(text: str) -> dict[str, Locked]:
    """Return the packages of a lock file by their names."""
    blocks = [block for block in _BLOCK.split(text) if "==" in block.partition("\n")[0]]
    return {_name(block): Locked(lines=block, asked_by=frozenset(_VIA.findall(block))) for block in blocks}


def asked_by(packages: Iterable[str]) -> set[str]:
    """Return the names of what the pyproject.toml of these packages ask for, ours left out."""
    asked: set[str] = set()
    for package in packages:
        project = tomllib.loads((ROOT / package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        asked.update(_name(line) for line in project["dependencies"])
    return {name for name in asked if not name.startswith("mycrm-")}


def part_of(lock: Mapping[str, Locked], *, asked: Iterable[str]) -> list[str]:
    """Return, sorted, the names that are asked for and those which they ask for in turn.

    Raises `KeyError` for a name that the lock does not have.
    """
    part: set[str] = set()
    found = {name for name in asked if lock[name].lines}
    while found:
        part |= found
        found = {name for name, locked in lock.items() if locked.asked_by & found} - part
    return sorted(part)


def _name(requirement: str) -> str:
    found = _NAME.match(requirement)
    if found is None:
        message = f"no requirement: {requirement!r}"
        raise ValueError(message)
    return re.sub(r"[._-]+", "-", found.group()).lower()


def main(packages: list[str]) -> None:
    """Print the part."""
    lock = read_lock((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    sys.stdout.write("".join(lock[name].lines for name in part_of(lock, asked=asked_by(packages))))


if __name__ == "__main__":
    main(sys.argv[1:])
