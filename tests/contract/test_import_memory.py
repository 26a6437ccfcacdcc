"""The memory of an import does not grow with its file; `--import-rows` makes it a large one."""

from pathlib import Path

import pytest

from tests.support.process import python_module

ROOT = Path(__file__).parents[2]
MOST_MORE = 48


@pytest.mark.timeout(3_600)
async def test_an_import_takes_little_more_memory_than_none(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rows = str(request.config.getoption("--import-rows"))
    environment = {"PYTHONPATH": str(ROOT)}
    module = "tests.contract.measured_import"
    async with python_module(module, database_url, rows, folder=tmp_path, environment=environment) as child:
        assert await child.wait(seconds=3_500) == 0, child.output()
        [told] = [line for line in child.output().splitlines() if line.startswith("MORE ")]

    assert int(told.removeprefix("MORE ")) < MOST_MORE
