"""The servers of a storm, how long it lasts, and by which seed: the options stand in tests/conftest.py."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.household import Household
from tests.faults.weather import Weather
from tests.support.dovecot import DovecotServer
from tests.support.mariadb import MariaDBServer
from tests.support.rabbitmq import RabbitMQServer


@pytest.fixture
def storm_seed(request: pytest.FixtureRequest) -> int:
    """What makes the storm's plan."""
    return int(request.config.getoption("storm_seed"))


@pytest.fixture
def storm_seconds(request: pytest.FixtureRequest) -> float:
    """How long processes die at least."""
    return float(request.config.getoption("storm_seconds"))


@pytest.fixture
def storm_events(request: pytest.FixtureRequest) -> int:
    """How many events must have happened at least."""
    return int(request.config.getoption("storm_events"))


@pytest.fixture
def storm_deaths(request: pytest.FixtureRequest) -> int:
    """How often the embedded CRM dies."""
    return int(request.config.getoption("storm_deaths"))


@pytest.fixture
def mail_storm_lives(request: pytest.FixtureRequest) -> int:
    """How many lives of mail-fetcher end badly."""
    return int(request.config.getoption("mail_storm_lives"))


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


@pytest.fixture
async def household(rabbitmq_url: str, mariadb_url: str) -> AsyncIterator[Household]:
    """Processes inside the test, over RabbitMQ and MariaDB."""
    async with Household.open(bus_url=rabbitmq_url, database_url=mariadb_url) as opened:
        yield opened


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A storm may last as long as it was told, and then as long again for the rain to run off."""
    limit = 480 + 2 * config.getoption("storm_seconds")
    mail_limit = 240 + 5 * config.getoption("mail_storm_lives")
    alone_limit = 300 + 15 * config.getoption("storm_deaths")
    for item in items:
        if "storm_deaths" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(alone_limit))
        if "mail_storm_lives" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(mail_limit))
        if {"weather", "storm_seed"} <= set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(limit))
