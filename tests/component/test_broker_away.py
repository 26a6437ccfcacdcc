"""While the broker is away people work on: writes succeed, the outbox grows, and it drains afterwards."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.embedded import EmbeddedCRM
from tests.support.ports import free_port
from tests.support.process import inherited_environment, python_module
from tests.support.rabbitmq import RabbitMQServer
from tests.support.waiting import eventually


async def _outbox(crm: EmbeddedCRM, client: aiohttp.ClientSession) -> dict[str, Any]:
    async with client.get(f"{crm.url}/readyz?verbose") as answer:
        assert answer.status == 200
        said: dict[str, Any] = await answer.json()
        return said


@pytest.mark.servers("mariadb", "rabbitmq")
async def test_an_api_that_starts_without_its_broker_takes_writes_and_tells_them_later(
    mariadb_url: str, rabbitmq_server: RabbitMQServer, tmp_path: Path
) -> None:
    url = rabbitmq_server.url(await rabbitmq_server.create_vhost())
    await rabbitmq_server.stop()
    port = free_port()
    environment = {
        "MYCRM_DATABASE_URL": mariadb_url,
        "MYCRM_BUS_URL": url,
        "MYCRM_SECRET_KEY": "a secret key that all four services share",
        "MYCRM_DATA_DIR": str(tmp_path / "data"),
        "MYCRM_HTTP_PORT": str(port),
    }
    migrate = [sys.executable, "-m", "mycrm_embedded.cli", "migrate"]
    await asyncio.to_thread(
        subprocess.run, migrate, env=inherited_environment() | environment, check=True, capture_output=True
    )
    (tmp_path / "verifier").mkdir()
    async with AsyncExitStack() as stack:
        child = await stack.enter_async_context(
            python_module("mycrm_api", folder=tmp_path, environment=environment)
        )
        # An event that finds no queue of a consumer waits for that consumer's first start.
        await stack.enter_async_context(
            python_module(
                "mycrm_verifier",
                folder=tmp_path / "verifier",
                environment=environment | {"MYCRM_HEALTH_PORT": str(free_port())},
            )
        )
        jar = aiohttp.CookieJar(unsafe=True)
        client = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        crm = EmbeddedCRM(child, url=f"http://127.0.0.1:{port}", client=client, data=tmp_path / "data")
        await crm.ready()
        await crm.set_up()
        for number in range(5):
            await crm.ask("POST", "/customers", {"email": f"buyer{number}@example.com"}, status=201)
        away = await _outbox(crm, client)

        await rabbitmq_server.start()

        async def drained() -> bool:
            said = await _outbox(crm, client)
            return bool(said["outbox"]["pending"] == 0 and said["checks"]["bus"] == "ok")

        await eventually(drained, what="the outbox to drain", seconds=60)
        assert "Traceback" not in child.output()

    assert away["outbox"]["pending"] == 5
    assert away["checks"]["bus"] != "ok"
