"""What a whole test run says about its servers, tried on runs in small."""

import sys
from pathlib import Path

import pytest

from tests.support.process import ChildProcess

ROOT = Path(__file__).parents[2]
FAILS_IN_THE_BROWSER = """
async def test_it(window):
    await window.page.set_content("<h1>what the tester has to see</h1>")
    assert False
"""
NEEDS_WHAT_IS_NOT_THERE = """
import pathlib, pytest
from tests.support import servers
servers.SERVERS["abacus"] = (pathlib.Path("/nowhere/abacus"), "abacus-server")

@pytest.mark.servers("abacus")
def test_it():
    assert False
"""


@pytest.mark.servers("chromium")
async def test_a_failure_in_the_browser_leaves_a_picture_and_the_servers_are_named(tmp_path: Path) -> None:
    run = await _run(tmp_path, FAILS_IN_THE_BROWSER)
    assert "1 failed" in run
    assert "real servers used: chromium " in run
    assert _files(tmp_path / "build" / "screenshots") == ["test_it-1.png", "test_it-1.txt"]


async def test_a_missing_server_skips_on_a_desk_and_fails_in_continuous_integration(tmp_path: Path) -> None:
    for ci, outcome in (("", "1 skipped"), ("true", "1 error")):
        run = await _run(tmp_path, NEEDS_WHAT_IS_NOT_THERE, ci=ci)
        assert outcome in run
        assert "Debian package abacus-server" in run
        assert "real servers used: none" in run


async def _run(folder: Path, code: str, *, ci: str = "") -> str:
    (folder / "test_small.py").write_text(code)
    plugins = [f"-ptests.support.{name}" for name in ("servers", "failures", "fixtures")]
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), "-rs"]
    child = ChildProcess(
        [sys.executable, "-m", "pytest", *settings, *plugins, "test_small.py"],
        log_file=folder / f"run-{ci}.log",
        environment={"PYTHONPATH": str(ROOT), "CI": ci},
        folder=folder,
    )
    child.start()
    await child.wait(seconds=60)
    return child.output()


def _files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())
