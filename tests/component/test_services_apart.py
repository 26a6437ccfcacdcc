"""The four services as processes of their own, over a real RabbitMQ and a real MariaDB."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.support.dovecot import DovecotServer
from tests.support.embedded import EmbeddedCRM
from tests.support.mailbox_letters import OWN_ADDRESS
from tests.support.mailbox_maker import make_mailbox
from tests.support.ports import free_port
from tests.support.process import ChildProcess, inherited_environment, python_module
from tests.support.waiting import eventually

KEY = "a secret key that all four services share"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the services under test use the real clock


async def _health(client: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with client.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _migrate(environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mycrm_embedded.cli", "migrate"],
        cwd=folder,
        env=inherited_environment() | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.servers("dovecot", "mariadb", "rabbitmq")
async def test_a_sent_mail_moves_the_contact_date_across_four_processes(
    dovecot_server: DovecotServer, mariadb_url: str, rabbitmq_url: str, tmp_path: Path
) -> None:
    mailbox = make_mailbox(40, seed=11, newest_at=_now() - timedelta(hours=1))
    await dovecot_server.deliver_all(mailbox)
    buyer, newest = next(iter(mailbox.newest_sent.items()))
    environment = {
        "MYCRM_DATABASE_URL": mariadb_url,
        "MYCRM_BUS_URL": rabbitmq_url,
        "MYCRM_SECRET_KEY": KEY,
        "MYCRM_DATA_DIR": str(tmp_path / "data"),
        "MYCRM_MAILBOX_CA_FILE": str(dovecot_server.ca_file),
        "MYCRM_MAILBOX_ADDRESS": OWN_ADDRESS,
        "MYCRM_FETCH_INTERVAL_SECONDS": "2",
    }
    ports = {
        name: free_port() for name in ("mycrm_api", "mycrm_mail_fetcher", "mycrm_verifier", "mycrm_backup")
    }
    async with AsyncExitStack() as stack:
        jar = aiohttp.CookieJar(unsafe=True)
        client = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        children: dict[str, ChildProcess] = {}
        for module, port in ports.items():
            own = (
                {"MYCRM_HTTP_PORT": str(port)} if module == "mycrm_api" else {"MYCRM_HEALTH_PORT": str(port)}
            )
            children[module] = await stack.enter_async_context(
                python_module(
                    module, folder=tmp_path, environment=environment | own, log_name=f"{module}.log"
                )
            )
        await children["mycrm_verifier"].wait_for_line("schema.waiting")
        migrated = await asyncio.to_thread(_migrate, environment, tmp_path)
        assert migrated.returncode == 0, migrated.stderr
        for module, port in ports.items():
            await children[module].until(
                partial(_health, client, port), what=f"{module} to be ready", seconds=60
            )
        crm = EmbeddedCRM(
            children["mycrm_api"],
            url=f"http://127.0.0.1:{ports['mycrm_api']}",
            client=client,
            data=tmp_path / "data",
        )
        await crm.set_up()
        customer = await crm.ask("POST", "/customers", {"email": buyer}, status=201)
        account = dovecot_server.account
        await crm.connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )

        async def contacted() -> bool:
            record = await crm.ask("GET", f"/customers/{customer['id']}")
            date = record["last_contact_date"]
            return bool(date) and datetime.fromisoformat(date) == newest

        await eventually(contacted, what="the contact date of the newest sent mail", seconds=60)
        beside = await crm.ask("GET", f"/customers/{customer['id']}/messages?limit=200")
        assert len(beside["items"]) == len(mailbox.mails_of(buyer))
        assert (await crm.ask("GET", f"/customers/{customer['id']}"))["version"] == 1

        async def believed() -> bool:
            record = await crm.ask("GET", f"/customers/{customer['id']}")
            return bool(record["valid"])

        await eventually(believed, what="the verifier to believe the answers of the customer", seconds=60)
        for module, child in children.items():
            child.terminate()
            assert await child.wait(seconds=30) == 0, f"{module}: {child.output()[-2000:]}"
            assert "Traceback" not in child.output(), f"{module}: {child.output()[-4000:]}"
