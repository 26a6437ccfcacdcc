"""What stops a start is told in one line, in the reader's language."""

import ast
from pathlib import Path
from string import Formatter

import pytest

from mycrm_common import start_texts
from mycrm_common.errors import StartError
from mycrm_common.start_texts import start_line

ROOT = Path(__file__).parents[3]


def _raised() -> list[tuple[str, frozenset[str]]]:
    """Return every StartError in the source: its code and the names of its values."""
    found = []
    for path in [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "StartError"
            ):
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno} has no code of its own"
                names = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
                found.append((str(node.args[0].value), names))
    return sorted(set(found), key=str)


RAISED = _raised()


def test_the_source_was_read() -> None:
    assert len(RAISED) > 10


@pytest.mark.parametrize(("code", "values"), RAISED, ids=[code for code, _ in RAISED])
def test_each_code_that_is_raised_has_a_text_in_both_languages_with_its_values(
    code: str, values: frozenset[str]
) -> None:
    english, chinese = start_texts._TEXTS[code]

    for text in (english, chinese):
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= values
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert english.isascii()


def test_no_text_is_left_over() -> None:
    assert set(start_texts._TEXTS) == {code for code, _ in RAISED}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "MyCRM: MYCRM_SECRET_KEY needs at least 32 characters"),
        ("zh-CN", "MyCRM: MYCRM_SECRET_KEY 至少需要 32 个字符"),
    ],
)
def test_the_line_is_in_the_readers_language(language: str, line: str) -> None:
    assert start_line(StartError("secret_key_short", least=32), language=language) == line


def test_a_code_without_a_text_is_told_all_the_same() -> None:
    assert start_line(StartError("odd", where="here"), language="en") == "MyCRM: odd: where=here"


def test_a_value_with_line_ends_stays_one_line() -> None:
    line = start_line(StartError("bus_refused", reason="no\n  way {reason}\x1b[2J"), language="en")

    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "{reason}" in line
