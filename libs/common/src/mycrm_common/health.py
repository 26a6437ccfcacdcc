"""Whether a process lives and is ready: asked over HTTP by people, compose and monitoring.

`/livez` says that the loop turns. `/readyz` asks the database and the services' own pings; a broker that is
away shows under `?verbose` but does not make a service unready, because the outbox absorbs it. `/metrics` gives
figures to Prometheus.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.metrics import CONTENT_TYPE
from mycrm_common.plain_faults import PlainRunner
from mycrm_common.unix_socket import listening_socket

_PING_SECONDS = 2.0


@dataclass(kw_only=True)
class Health:
    """What is asked, and whether the process takes work at all."""

    needed: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    shown: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    facts: Callable[[], Awaitable[dict[str, object]]] | None = None
    figures: Callable[[], Awaitable[bytes]] | None = None
    is_open: bool = False

    async def report(self) -> tuple[bool, dict[str, str]]:
        """Return whether the process is ready, and what each ping said."""
        said = {name: await _ask(ping) for name, ping in (self.needed | self.shown).items()}
        well = all(said[name] == "ok" for name in self.needed)
        return self.is_open and well, said


def health_routes(health: Health) -> list[web.RouteDef]:
    """Return `/livez` and `/readyz`, for any HTTP door."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(request: web.Request) -> web.Response:
        is_ready, said = await health.report()
        body: dict[str, object] = {"status": "ok" if is_ready else "unready"}
        if "verbose" in request.query:
            body["checks"] = said
            body |= await health.facts() if health.facts and said.get("database") == "ok" else {}
        return web.json_response(body, status=200 if is_ready else 503)

    return [web.get("/livez", live), web.get("/readyz", ready)]


async def show_metrics(health: Health) -> web.Response:
    """Return the figures of this process as Prometheus reads them."""
    text = await health.figures() if health.figures else b""
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})


@asynccontextmanager
async def listening(app: web.Application, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve an application until the block ends, and yield its address; a port in use stops the start."""
    async with _served(app) as runner:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no name of a machine"
            raise StartError("port_unusable", host=host, port=port, reason=reason) from None
        bound = runner.addresses[0]
        yield f"http://{f'[{bound[0]}]' if ':' in bound[0] else bound[0]}:{bound[1]}"


@asynccontextmanager
async def listening_at(app: web.Application, *, path: Path) -> AsyncIterator[str]:
    """Serve an application on a socket file, which is for its owner alone, until the block ends."""
    with listening_socket(path) as made:
        async with _served(app) as runner:
            await web.SockSite(runner, made).start()
            yield f"unix:{path}"


@asynccontextmanager
async def health_door(health: Health, *, port: int) -> AsyncIterator[str]:
    """Serve health alone, on all interfaces, for a service that has no page."""

    async def metrics(_: web.Request) -> web.Response:
        return await show_metrics(health)

    app = web.Application()
    app.add_routes([*health_routes(health), web.get("/metrics", metrics)])
    async with listening(app, host="0.0.0.0", port=port) as address:
        yield address


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[web.AppRunner]:
    # The library tells of what is no HTTP with a stack trace, and with whatever secret stands in it.
    silent = logging.getLogger("mycrm.http")
    silent.setLevel(logging.CRITICAL)
    runner = PlainRunner(app, log=silent, lingering_time=2, shutdown_timeout=25)
    await runner.setup()
    try:
        yield runner
    finally:
        await runner.cleanup()


async def _ask(ping: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(_PING_SECONDS):
            await ping()
    except TimeoutError:
        return "no answer"
    except MyCRMError as error:
        return error.code
    return "ok"
