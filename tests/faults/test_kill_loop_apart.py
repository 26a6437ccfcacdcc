"""Five services and a witness, each a process, are killed at random, and so is their broker: nothing is lost.

`make test-faults` lets it last ten minutes and ten thousand events; the storm's length and seed are options.
"""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.faults.apart import Fury, fleet_apart, rage_apart
from tests.faults.reckoning import Findings, reckon, until_calm
from tests.faults.storm import Storm
from tests.faults.weather import Weather
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("dovecot", "mariadb", "rabbitmq")


async def _storm_over(
    weather: Weather, storm: Storm, fury: Fury, folder: Path, *, broken: bool = False
) -> Findings:
    print(f"seed {storm.seed} for {fury.seconds:g} s and {fury.events} events")
    async with fleet_apart(folder, environment=weather.environment(folder), broken=broken) as fleet:
        await eventually(weather.all_is_bound, what="bound queues", seconds=60)
        await weather.broker.settle()
        account = weather.mailbox.account
        await fleet.doors[0].set_up()
        await fleet.doors[0].connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )
        await rage_apart(storm, fury, fleet, weather.mailbox, weather.broker)
        await until_calm(weather.ask, storm, seconds=150 + fury.seconds)
        await eventually(partial(_is_drained, weather), what="empty queues", seconds=60)
        await fleet.stop()
        findings = await reckon(weather.ask, storm)
    died = Counter(death.split(":")[0] for death in storm.deaths)
    print(
        f"seed {storm.seed}{', broken on purpose' if broken else ''}: {len(storm.deaths)} deaths {dict(died)}, "
        f"{len(storm.subjects)} mails, {findings.events} events, "
        f"{len(findings.lost)} lost, {len(findings.doubled)} doubled"
    )
    return findings


async def _is_drained(weather: Weather) -> bool:
    """Tell whether the broker holds nothing any more, in the parking queue neither."""
    return await weather.held() == 0


async def test_nothing_is_lost_or_done_twice_however_processes_and_broker_die(
    weather: Weather, tmp_path: Path, storm_seed: int, storm_seconds: float, storm_events: int
) -> None:
    """Rows 1, 5, 12, 16 and 24, at random."""
    storm = Storm(seed=storm_seed)
    fury = Fury(seconds=storm_seconds, events=storm_events, broker_kills=2)

    findings = await _storm_over(weather, storm, fury, tmp_path)

    assert (findings.lost, findings.doubled, findings.unfit) == ([], [], []), storm.deaths
    assert findings.events >= storm_events
    assert len(storm.deaths) >= storm_seconds / 3, storm.deaths
    at_places = [death for death in storm.deaths if "SIGKILL" not in death]
    assert len(at_places) >= 3, storm.deaths


async def test_the_same_storm_catches_software_without_outbox_and_inbox(
    weather: Weather, tmp_path: Path, storm_seed: int
) -> None:
    """The control: it commits and then publishes, and its effect is apart from its inbox row."""
    storm = Storm(seed=storm_seed)
    places = frozenset({"unit.committed", "relay.published"})
    fury = Fury(seconds=25, events=200, broker_kills=1, armed=1, places=places)

    findings = await _storm_over(weather, storm, fury, tmp_path, broken=True)

    assert any("told" in loss for loss in findings.lost), storm.deaths
