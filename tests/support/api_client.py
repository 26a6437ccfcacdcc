"""A signed-in client of a running MyCRM, wherever that runs."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

USERNAME, PASSWORD = "manager", "a long enough password"


class ApiClient:
    """Asks one MyCRM; it is signed in after `set_up`."""

    def __init__(self, *, url: str, client: aiohttp.ClientSession) -> None:
        self.url = url
        self._client = client

    async def is_ready(self) -> bool:
        """Tell whether it takes work."""
        try:
            async with self._client.get(f"{self.url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def set_up(self, *, code: str = "") -> None:
        """Make the first account, which signs this client in; away from this machine it needs the printed code."""
        account = {"username": USERNAME, "password": PASSWORD}
        await self.ask("POST", "/setup", account | ({"code": code} if code else {}), status=201)

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
