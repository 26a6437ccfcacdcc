"""The adapters, one after the other: each test runs on every one of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from tests.contract.household import Household

MARIADB = pytest.param("mariadb", marks=pytest.mark.servers("mariadb"))
BROKER_PAIR = pytest.param("rabbitmq", marks=pytest.mark.servers("rabbitmq", "mariadb"))


@pytest.fixture(params=["sqlite", MARIADB])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"
    url: str = request.getfixturevalue("mariadb_url")
    return url


@pytest.fixture
async def empty_database(database_url: str) -> AsyncIterator[Database]:
    """A database without a schema."""
    database = Database(parse_url(database_url))
    yield database
    await database.close()


@pytest.fixture
async def database(empty_database: Database) -> Database:
    """A migrated database without rows."""
    await schema.migrate(empty_database)
    return empty_database


@pytest.fixture(params=["local", BROKER_PAIR])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The URLs of a bus and of the database that goes with it."""
    if request.param == "local":
        return "local:", f"sqlite+aiosqlite:///{tmp_path}/mycrm.db"
    return request.getfixturevalue("rabbitmq_url"), request.getfixturevalue("mariadb_url")


@pytest.fixture
async def household(pair: tuple[str, str]) -> AsyncIterator[Household]:
    """Processes over that pair; they are stopped at the end."""
    bus_url, database_url = pair
    async with Household.open(bus_url=bus_url, database_url=database_url) as opened:
        yield opened


@pytest.fixture
async def broker_household(rabbitmq_url: str, mariadb_url: str) -> AsyncIterator[Household]:
    """Processes over RabbitMQ and MariaDB, for what only a broker can do."""
    async with Household.open(bus_url=rabbitmq_url, database_url=mariadb_url) as opened:
        yield opened
