"""Five services and a witness, each a process, are killed at random, and so is their broker: nothing is lost.

`make test-faults` lets it last ten minutes and ten thousand events; the storm's length and seed are options.
"""

from collections import Counter
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.events import event_types
from tests.faults.apart import Fury, fleet_apart, rage_apart
from tests.faults.entry import WITNESS
from tests.faults.reckoning import EVENTS_OF, Findings, is_quiet, of_mariadb, reckon
from tests.faults.storm import OURS, Storm
from tests.support.dovecot import DovecotServer
from tests.support.mariadb import MariaDBServer
from tests.support.rabbitmq import RabbitMQServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("dovecot", "mariadb", "rabbitmq")


class Weather:
    """The servers of one storm, and what is said to the processes about them."""

    def __init__(
        self,
        *,
        mailbox: DovecotServer,
        database: MariaDBServer,
        broker: RabbitMQServer,
        urls: tuple[str, str],
    ) -> None:
        self.mailbox, self.database, self.broker = mailbox, database, broker
        self.database_url, self.bus_url = urls
        self.ask = of_mariadb(database, urlsplit(self.database_url).path.strip("/"))

    def environment(self, folder: Path) -> dict[str, str]:
        """The settings of every process."""
        return {
            "MYCRM_DATABASE_URL": self.database_url,
            "MYCRM_BUS_URL": self.bus_url,
            "MYCRM_SECRET_KEY": "a secret key that all processes share",
            "MYCRM_DATA_DIR": str(folder / "data"),
            "MYCRM_MAILBOX_CA_FILE": str(self.mailbox.ca_file),
            "MYCRM_MAILBOX_ADDRESS": OURS,
            "MYCRM_FETCH_INTERVAL_SECONDS": "1",
        }

    async def migrate(self) -> None:
        """Make the schema."""
        database = Database(parse_url(self.database_url))
        await schema.migrate(database)
        await database.close()

    async def queues_are_bound(self) -> bool:
        """Tell whether every consumer will get its events: processes take work before the broker answers."""
        bound = Counter(row[0] for row in await self._listed("bindings", "destination_name", "routing_key"))
        # Each queue has one more binding, to the default exchange by its own name.
        everything = bound[f"mycrm.{WITNESS}.everything.v1"] > len(event_types())
        return everything and all(bound[consumer] > 1 for consumer in EVENTS_OF)

    async def queues_are_empty(self) -> bool:
        """Tell whether the broker holds nothing any more, the parking queue included."""
        return all(row[1] == "0" for row in await self._listed("queues", "name", "messages"))

    async def _listed(self, what: str, *columns: str) -> list[list[str]]:
        vhost = urlsplit(self.bus_url).path.strip("/")
        lines = await self.broker.ctl(f"list_{what}", "--vhost", vhost, "--no-table-headers", *columns)
        return [line.split("\t") for line in lines.splitlines()]


@pytest.fixture
async def weather(
    dovecot_server: DovecotServer,
    mariadb_server: MariaDBServer,
    rabbitmq_server: RabbitMQServer,
    mariadb_url: str,
    rabbitmq_url: str,
) -> Weather:
    """Real servers with a migrated database."""
    made = Weather(
        mailbox=dovecot_server,
        database=mariadb_server,
        broker=rabbitmq_server,
        urls=(mariadb_url, rabbitmq_url),
    )
    await made.migrate()
    return made


async def _storm_over(
    weather: Weather, storm: Storm, fury: Fury, folder: Path, *, broken: bool = False
) -> Findings:
    async with fleet_apart(folder, environment=weather.environment(folder), broken=broken) as fleet:
        await eventually(weather.queues_are_bound, what="bound queues", seconds=60)
        await weather.broker.settle()
        account = weather.mailbox.account
        await fleet.doors[0].set_up()
        await fleet.doors[0].connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )
        await rage_apart(storm, fury, fleet, weather.mailbox, weather.broker)
        await eventually(
            partial(is_quiet, weather.ask, storm), what="all done", seconds=150, every_seconds=0.5
        )
        await eventually(weather.queues_are_empty, what="empty queues", seconds=60)
        await fleet.stop()
        findings = await reckon(weather.ask, storm)
    died = Counter(death.split(":")[0] for death in storm.deaths)
    print(
        f"seed {storm.seed}{', broken on purpose' if broken else ''}: {len(storm.deaths)} deaths {dict(died)}, "
        f"{len(storm.subjects)} mails, {findings.events} events, "
        f"{len(findings.lost)} lost, {len(findings.doubled)} doubled"
    )
    return findings


async def test_nothing_is_lost_or_done_twice_however_processes_and_broker_die(
    weather: Weather, tmp_path: Path, storm_seed: int, storm_seconds: float, storm_events: int
) -> None:
    """Rows 1, 5, 12, 16 and 24, at random."""
    storm = Storm(seed=storm_seed)
    fury = Fury(seconds=storm_seconds, events=storm_events, broker_kills=2)

    findings = await _storm_over(weather, storm, fury, tmp_path)

    assert (findings.lost, findings.doubled) == ([], []), storm.deaths
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
