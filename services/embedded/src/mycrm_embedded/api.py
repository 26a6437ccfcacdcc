"""The HTTP API as a command asks it: over a socket file, as the operator."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from mycrm_common.unix_socket import short_name

_BASE = "http://localhost/api/v1"
_LEAST_REFUSAL = 400
_PIECE = 64 * 1024
# The longest that the API takes for an answer is 20 seconds, and then it says that it takes longer.
_PATIENCE = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)


class RefusedError(Exception):
    """What the API, or nobody, answered instead of doing it."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.code = str(problem.get("code", ""))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.faults = [(str(one.get("field")), str(one.get("message"))) for one in problem.get("errors", ())]
        super().__init__(f"{self.code}: {self.detail}")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the API answered: its text, and what that means."""

    raw: str
    said: Any


class Api:
    """Asks the API, and raises `RefusedError` for everything but a good answer."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def get(self, path: str, **query: object) -> Answer:
        """Read."""
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **query: object) -> Answer:
        """Write."""
        return await self._ask("POST", path, body=body, query=query)

    async def upload(self, path: str, file: Path, **query: object) -> Answer:
        """Send a file, a piece at a time."""
        with file.open("rb") as opened:
            form = aiohttp.FormData()
            form.add_field("file", opened, filename=file.name, content_type="application/octet-stream")
            return await self._ask("POST", path, query=query, form=form)

    async def download(self, path: str, **query: object) -> AsyncIterator[bytes]:
        """Yield a file, a piece at a time; one that breaks off is an error."""
        try:
            async with self._session.get(_BASE + path, params=_given(query)) as response:
                if response.status >= _LEAST_REFUSAL:
                    raise RefusedError(json.loads(await response.text()))
                async for piece in response.content.iter_chunked(_PIECE):
                    yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RefusedError({"code": "connection_lost", "detail": str(error)}) from error

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object],
        body: Mapping[str, Any] | None = None,
        form: aiohttp.FormData | None = None,
    ) -> Answer:
        sent: dict[str, Any] = {"json": body} if form is None else {"data": form}
        try:
            async with self._session.request(method, _BASE + path, params=_given(query), **sent) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RefusedError({"code": "connection_lost", "detail": str(error)}) from error
        if response.status >= _LEAST_REFUSAL:
            raise RefusedError(json.loads(text))
        return Answer(raw=text, said=json.loads(text) if text else None)


@asynccontextmanager
async def api_at(path: Path, *, language: str = "") -> AsyncIterator[Api]:
    """Ask the API behind a socket file, until the block ends; an account that is made reads this language."""
    headers = {"Accept-Language": language} if language else None
    with short_name(path) as name:
        connector = aiohttp.UnixConnector(name)
        async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE, headers=headers) as session:
            yield Api(session)


def _given(query: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value not in (None, "")}
