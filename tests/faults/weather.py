"""The real servers of one test, and what is said to the processes about them."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.events import event_types
from tests.faults.entry import WITNESS
from tests.faults.reckoning import EVENTS_OF, of_mariadb
from tests.faults.storm import OURS
from tests.support.dovecot import DovecotServer
from tests.support.mariadb import MariaDBServer
from tests.support.rabbitmq import RabbitMQServer


class Weather:
    """One mailbox, one database and one broker."""

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

    async def all_is_bound(self) -> bool:
        """Tell whether every consumer will get its events: processes take work before the broker answers."""
        bound = await self._bound()
        return self._witness_hears(bound) and all(bound[consumer] > 1 for consumer in EVENTS_OF)

    async def witness_is_bound(self) -> bool:
        """Tell whether the witness will get every event."""
        return self._witness_hears(await self._bound())

    async def seen(self, action: str) -> Counter[str]:
        """What the witness saw of one type of event, and how often."""
        question = f"SELECT text FROM logs WHERE service = '{WITNESS}' AND action = '{action}'"  # noqa: S608 - constants
        return Counter(str(row[0]) for row in await self.ask(question))

    async def held(self) -> int:
        """How many events the broker holds."""
        return sum(int(row[1]) for row in await self._listed("queues", "name", "messages"))

    async def _bound(self) -> Counter[str]:
        return Counter(row[0] for row in await self._listed("bindings", "destination_name", "routing_key"))

    def _witness_hears(self, bound: Counter[str]) -> bool:
        # Each queue has one more binding, to the default exchange by its own name.
        return bound[f"mycrm.{WITNESS}.everything.v1"] > len(event_types())

    async def _listed(self, what: str, *columns: str) -> list[list[str]]:
        vhost = urlsplit(self.bus_url).path.strip("/")
        lines = await self.broker.ctl(f"list_{what}", "--vhost", vhost, "--no-table-headers", *columns)
        return [line.split("\t") for line in lines.splitlines()]
