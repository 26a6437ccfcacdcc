"""The embedded CRM as a child process, and a signed-in client of its HTTP API."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.ports import free_port
from tests.support.process import ChildProcess, python_module

USERNAME, PASSWORD = "manager", "a long enough password"


class EmbeddedCRM:
    """A running MyCRM: its process, its address, and a client that is signed in after `set_up`."""

    def __init__(self, child: ChildProcess, *, url: str, client: aiohttp.ClientSession, data: Path) -> None:
        self.child = child
        self.url = url
        self.data = data
        self._client = client

    async def ready(self, *, seconds: float = 30) -> None:
        """Wait until it takes work."""

        async def answers() -> bool:
            try:
                async with self._client.get(f"{self.url}/readyz") as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

        await self.child.until(answers, what="the CRM to be ready", seconds=seconds)

    async def set_up(self) -> None:
        """Make the first account, which signs this client in."""
        await self.ask("POST", "/setup", {"username": USERNAME, "password": PASSWORD}, status=201)

    async def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, status: int = 200
    ) -> Any:
        """Send one request and return its answer, which must have that status."""
        answered, said = await self.answer(method, path, body)
        assert answered == status, f"{method} {path}: {answered} {said}"
        return said

    async def answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Send one request and return status and answer, whatever they are."""
        headers = {"Origin": self.url}
        async with self._client.request(
            method, f"{self.url}/api/v1{path}", json=body, headers=headers
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def connect_mailbox(self, *, host: str, port: int, username: str, password: str) -> None:
        """Enter the mailbox in the settings."""
        mailbox = {"mail_host": host, "mail_port": port, "mail_username": username, "mail_password": password}
        await self.ask("PATCH", "/settings", mailbox)

    def restart(self) -> None:
        """Start it again after it has ended."""
        self.child.start()


@asynccontextmanager
async def embedded_crm(
    folder: Path,
    *,
    module: str = "mycrm_embedded",
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[EmbeddedCRM]:
    """MyCRM on a free port with its data in the folder; ended at the end."""
    port, data = free_port(), folder / "data"
    settings = {"MYCRM_DATA_DIR": str(data), "MYCRM_HTTP_PORT": str(port), **(environment or {})}
    root = Path(__file__).resolve().parents[2]
    settings["PYTHONPATH"] = str(root)
    # The address is a number: aiohttp keeps cookies of numbered hosts only when told to.
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        python_module(module, *arguments, folder=folder, environment=settings) as child,
        aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)) as client,
    ):
        crm = EmbeddedCRM(child, url=f"http://127.0.0.1:{port}", client=client, data=data)
        await crm.ready()
        yield crm
