"""Reads server-sent events as a browser does."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One thing that a stream told; a place without data comes with the name `beat`."""

    place: str
    name: str
    data: Any


class Listener:
    """One open stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self, *, beats: bool = False) -> Heard:
        """Return what comes next; with `beats` also what only says that somebody is there."""
        while True:
            heard = await self._block()
            if heard is not None and (beats or heard.name != "beat"):
                return heard

    async def ended(self) -> bool:
        """Wait until the other side has ended the stream; one that is broken off raises."""
        async with asyncio.timeout(40):
            while await self.response.content.readany():
                pass
        return self.response.content.at_eof()

    async def _block(self) -> Heard | None:
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            while line := (await self.response.content.readline()).decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                fields[name] = value
        if self.response.content.at_eof() and not fields:
            raise EOFError
        if "id" not in fields:
            return None
        if "data" not in fields:
            return Heard(place=fields["id"], name="beat", data=None)
        return Heard(place=fields["id"], name=fields.get("event", "message"), data=json.loads(fields["data"]))


@asynccontextmanager
async def listening_to(
    session: aiohttp.ClientSession, url: str, *, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Listener]:
    """Open a stream."""
    async with session.get(url, headers=headers, timeout=aiohttp.ClientTimeout()) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Listener(response)
