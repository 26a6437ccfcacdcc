"""The embedded CRM as a child process, and a signed-in client of its HTTP API."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.support.api_client import PASSWORD, USERNAME, ApiClient
from tests.support.ports import free_port
from tests.support.process import ChildProcess, python_module

__all__ = ["PASSWORD", "USERNAME", "EmbeddedCRM", "embedded_crm"]


class EmbeddedCRM(ApiClient):
    """A running MyCRM: its process, its address, and a client that is signed in after `set_up`."""

    def __init__(self, child: ChildProcess, *, url: str, client: aiohttp.ClientSession, data: Path) -> None:
        super().__init__(url=url, client=client)
        self.child = child
        self.data = data

    async def ready(self, *, seconds: float = 30) -> None:
        """Wait until it takes work."""
        await self.child.until(self.is_ready, what="the CRM to be ready", seconds=seconds)

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
