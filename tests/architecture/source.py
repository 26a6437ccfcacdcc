"""The project's own source, as the laws look at it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"api": "mycrm_api", "mail-fetcher": "mycrm_mail_fetcher", "verifier": "mycrm_verifier"} | {
    "backup": "mycrm_backup"
}


@dataclass(frozen=True, kw_only=True)
class Module:
    """One Python file, parsed."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        """Its place under the root."""
        return str(self.path.relative_to(ROOT))


def modules(*folders: str) -> Iterator[Module]:
    """Return the Python files below folders of the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield Module(path=path, tree=ast.parse(text), lines=text.count("\n"))


def own_modules() -> list[Module]:
    """Return the files of libs and services."""
    return list(modules("libs", "services"))


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Return every call with the name of what is called."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            yield name, node


def tracked_files() -> list[Path]:
    """Return the files that git keeps, or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
