"""A start that waits for its broker waits as long as it takes, and ends when it is told to."""

from pathlib import Path

from tests.support.ports import free_port
from tests.support.process import python_module


async def test_a_start_that_waits_for_the_broker_says_so_and_ends_on_a_signal(tmp_path: Path) -> None:
    environment = {
        "MYCRM_DATA_DIR": str(tmp_path / "data"),
        "MYCRM_HTTP_PORT": str(free_port()),
        "MYCRM_BUS_URL": f"amqp://mycrm:hidden@127.0.0.1:{free_port()}/mycrm",
    }
    async with python_module("mycrm_embedded", folder=tmp_path, environment=environment) as child:
        await child.wait_for_line("bus.away")
        child.terminate()
        assert await child.wait(seconds=10) == 0, child.output()

    assert "Traceback" not in child.output()
    assert "hidden" not in child.output()
