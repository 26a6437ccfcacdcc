"""The servers as fixtures. Nothing starts unless a test asks for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.support.browser import BrowserServer, Window, chromium
from tests.support.certificates import Authority, make_authority
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.failures import has_failed
from tests.support.mariadb import MariaDBServer, mariadb
from tests.support.rabbitmq import RabbitMQServer, rabbitmq
from tests.support.servers import need


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority of this run."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def dovecot_server(tmp_path: Path, authority: Authority) -> AsyncIterator[DovecotServer]:
    """A Dovecot of the test's own, up in a tenth of a second, with an empty first account."""
    need("dovecot")
    async with dovecot(tmp_path, authority=authority) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mariadb_of_the_run() -> AsyncIterator[MariaDBServer]:
    """The run's MariaDB; tests take mariadb_server or mariadb_url instead."""
    need("mariadb")
    async with mariadb() as server:
        yield server


@pytest.fixture
async def mariadb_server(mariadb_of_the_run: MariaDBServer) -> AsyncIterator[MariaDBServer]:
    """The run's MariaDB; a test may stop or kill it, the next one finds it running again."""
    yield mariadb_of_the_run
    if not mariadb_of_the_run.running:
        await mariadb_of_the_run.start()


@pytest.fixture
async def mariadb_url(mariadb_server: MariaDBServer) -> AsyncIterator[str]:
    """The URL of a new empty database."""
    name = await mariadb_server.create_database()
    yield mariadb_server.url(name)
    await mariadb_server.drop_database(name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rabbitmq_of_the_run() -> AsyncIterator[RabbitMQServer]:
    """The run's RabbitMQ; tests take rabbitmq_server or rabbitmq_url instead."""
    need("rabbitmq")
    async with rabbitmq() as server:
        yield server


@pytest.fixture
async def rabbitmq_server(rabbitmq_of_the_run: RabbitMQServer) -> AsyncIterator[RabbitMQServer]:
    """The run's RabbitMQ; a test may stop or kill it, the next one finds it running again."""
    yield rabbitmq_of_the_run
    if not rabbitmq_of_the_run.running:
        await rabbitmq_of_the_run.start()


@pytest.fixture
async def rabbitmq_url(rabbitmq_server: RabbitMQServer) -> str:
    """The URL of a new virtual host."""
    return rabbitmq_server.url(await rabbitmq_server.create_vhost())


@pytest.fixture
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[BrowserServer]:
    """A Chromium of the test's own; its windows are kept as pictures when the test fails."""
    need("chromium")
    async with chromium() as server:
        yield server
        if has_failed(request.node):
            for number, window in enumerate(server.windows, 1):
                await window.keep_screenshot(f"{request.node.name}-{number}")


@pytest.fixture
async def window(browser: BrowserServer) -> Window:
    """A Chinese window; take `browser` and its open_window(locale=...) for another language."""
    return await browser.open_window()


@pytest.fixture
def page(window: Window) -> Page:
    """The page of the Chinese window."""
    return window.page
