"""A service that is told to end in the middle of its work."""

from collections import Counter
from pathlib import Path

import pytest

from tests.contract.household import Household, updated
from tests.faults.apart import ENTRY, ROOT
from tests.faults.entry import WITNESS
from tests.faults.weather import Weather
from tests.support.ports import free_port
from tests.support.process import python_module
from tests.support.waiting import eventually

EVENTS = 30


@pytest.mark.servers("dovecot", "mariadb", "rabbitmq")
async def test_a_service_that_is_told_to_end_finishes_what_it_has_begun_and_leaves_the_rest(
    weather: Weather, tmp_path: Path
) -> None:
    """Row 20: SIGTERM with ten and more events in the process's hands."""
    environment = {
        **weather.environment(tmp_path),
        "MYCRM_HEALTH_PORT": str(free_port()),
        "PYTHONPATH": str(ROOT),
    }
    wanted = Counter(f"{number} 2" for number in range(EVENTS))

    async def seen() -> Counter[str]:
        return await weather.seen("customer.updated.v1")

    async def all_seen() -> bool:
        return await seen() == wanted

    async with python_module(ENTRY, WITNESS, "slow", folder=tmp_path, environment=environment) as child:
        await child.until(weather.witness_is_bound, what="the witness", seconds=60)
        async with Household.open(bus_url=weather.bus_url, database_url=weather.database_url) as household:
            teller = household.begin()
            await teller.tell(*(updated(number) for number in range(EVENTS)))
            await teller.relay_all()
        await child.until(seen, what="the first effects")
        child.terminate()
        assert await child.wait(seconds=60) == 0, child.output()
        assert "Traceback" not in child.output(), child.output()

    early = await seen()
    assert 0 < early.total() < EVENTS
    assert set(early.values()) == {1}

    async def left() -> bool:
        return await weather.held() == EVENTS - early.total()

    await eventually(left, what="the queue with what was not begun", seconds=30)
    async with python_module(ENTRY, WITNESS, folder=tmp_path, environment=environment) as child:
        await child.until(all_seen, what="the rest", seconds=60)
