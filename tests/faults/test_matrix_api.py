"""The api dies, or loses its broker or its database: what was promised to people becomes true, and nothing else."""

from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
import pytest

from tests.faults.apart import API, KILLED_HERE, WATCHING, Fleet, fleet_apart
from tests.faults.weather import Weather
from tests.support.tcp_proxy import tcp_proxy
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("dovecot", "mariadb", "rabbitmq")
EDITS = 20


async def _sees(weather: Weather, action: str, *texts: str) -> bool:
    return await weather.seen(action) == Counter(texts)


async def _ready_with_witness(weather: Weather, fleet: Fleet) -> None:
    await eventually(weather.witness_is_bound, what="the witness", seconds=60)
    await weather.broker.settle()
    await fleet.doors[0].set_up()


async def test_an_event_whose_teller_died_after_the_commit_is_published_all_the_same(
    weather: Weather, tmp_path: Path
) -> None:
    """Row 1: the api dies between the commit and waking its relay."""
    async with fleet_apart(
        tmp_path, environment=weather.environment(tmp_path), roles=(API, WATCHING)
    ) as fleet:
        await _ready_with_witness(weather, fleet)
        api, door = fleet.members[0], fleet.doors[0]
        api.child.kill()
        api.start(failpoint="unit.committed")
        await fleet.ready()

        with pytest.raises(aiohttp.ClientError):
            await door.ask("POST", "/customers", {"email": "li@example.com"})
        assert await api.child.wait() == KILLED_HERE

        api.start()
        await fleet.ready()
        [kept] = (await door.ask("GET", "/customers"))["items"]
        seen = partial(_sees, weather, "customer.added.v1", f"{kept['id']} 1")
        await eventually(seen, what="the event of the dead", seconds=90)


async def test_people_work_on_while_the_broker_is_away_and_all_is_told_afterwards(
    weather: Weather, tmp_path: Path
) -> None:
    """Row 2: the outbox grows, which health shows, and drains when the broker is back."""
    async with fleet_apart(
        tmp_path, environment=weather.environment(tmp_path), roles=(API, WATCHING)
    ) as fleet:
        await _ready_with_witness(weather, fleet)
        door = fleet.doors[0]
        customer = await door.ask("POST", "/customers", {"email": "li@example.com"}, status=201)
        await weather.broker.stop()

        for number in range(EDITS):
            await door.ask("PATCH", f"/customers/{customer['id']}", {"phone": f"+86 {number}"})

        status, health = await fleet.health(fleet.members[0])
        assert status == 200
        assert "bus_unavailable" in health["checks"]["bus"]
        assert health["outbox"]["pending"] >= EDITS
        await weather.broker.start()
        versions = [f"{customer['id']} {version}" for version in range(2, EDITS + 2)]
        seen = partial(_sees, weather, "customer.updated.v1", *versions)
        await eventually(seen, what="all edits", seconds=120)
        _, health = await fleet.health(fleet.members[0])
        assert health["outbox"]["pending"] == 0


async def test_a_database_that_is_lost_under_a_request_leaves_all_of_it_or_nothing(
    weather: Weather, tmp_path: Path
) -> None:
    """Row 3: 503, no row without its event, and the next request finds healed connections."""
    random = Random(3)
    database = weather.database
    async with tcp_proxy(database.host, database.port) as proxy:
        environment = weather.environment(tmp_path)
        environment["MYCRM_DATABASE_URL"] = weather.database_url.replace(
            f":{database.port}/", f":{proxy.port}/"
        )
        async with fleet_apart(tmp_path, environment=environment, roles=(API,)) as fleet:
            door = fleet.doors[0]
            await door.set_up()
            statuses = []
            for number in range(16):
                line = proxy.up if number % 2 else proxy.down
                line.cut_after = random.randint(1, 4_000)
                statuses.append(await fleet.try_to_add(f"cut{number}@example.com"))
                line.cut_after = None
                await door.ask("POST", "/customers", {"email": f"healed{number}@example.com"}, status=201)
    assert set(statuses) <= {201, 503}
    assert 503 in statuses
    customers = Counter(str(row[0]) for row in await weather.ask("SELECT id FROM customers"))
    told = await weather.ask("SELECT subject FROM outbox WHERE type = 'customer.added.v1'")
    assert Counter(str(row[0]) for row in told) == customers
    assert statuses.count(201) + 16 <= customers.total() <= 32
