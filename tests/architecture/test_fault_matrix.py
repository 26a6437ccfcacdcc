"""Each row of the fault matrix is a test that exists."""

import ast
import re

from tests.architecture.source import ROOT

MATRIX = ROOT / "tests/faults/README.md"
ROWS = (*range(1, 25), *range(29, 33))


def _rows() -> dict[int, list[str]]:
    """Return the tests that each row names."""
    lines = re.findall(r"^\| (\d+) \|.*\|$", MATRIX.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == len(set(lines)), "a row stands there twice"
    return {
        int(match[1]): re.findall(r"`(tests/[\w/]+\.py::\w+)`", match[0])
        for match in re.finditer(r"^\| (\d+) \|.*$", MATRIX.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_every_row_has_a_test() -> None:
    assert {row for row, tests in _rows().items() if tests} == set(ROWS)


def test_every_test_that_is_named_exists() -> None:
    missing = [name for names in _rows().values() for name in names if not _exists(name)]

    assert not missing


def _exists(name: str) -> bool:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
        for node in tree.body
    )
