"""`make run`, the README's first command, serves the page."""

import re
from pathlib import Path

import aiohttp

from tests.support.ports import free_port
from tests.support.process import ChildProcess

ROOT = Path(__file__).resolve().parents[2]


async def test_make_run_ends_with_the_page_on_its_address(tmp_path: Path) -> None:
    port = free_port()
    settings = {"MYCRM_DATA_DIR": str(tmp_path / "data"), "MYCRM_HTTP_PORT": str(port)}
    child = ChildProcess(["make", "run"], log_file=tmp_path / "make.log", environment=settings, folder=ROOT)
    child.start()
    try:
        await child.wait_for_line(rf"http://127\.0\.0\.1:{port}", seconds=120)
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{port}/") as answer:
            page = await answer.text()
            assert answer.status == 200
            script = re.search(r'src="(/assets/[^"]+\.js)"', page)
            assert script
            async with client.get(f"http://127.0.0.1:{port}{script[1]}") as asset:
                assert asset.status == 200
                assert "immutable" in asset.headers["Cache-Control"]
    finally:
        await child.stop()
