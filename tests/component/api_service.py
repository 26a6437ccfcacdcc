"""The API service alone, on a real SQLite database and a real port."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from mycrm_api.service import build
from mycrm_api.settings import ApiSettings
from mycrm_common.db import schema
from mycrm_common.running import running
from mycrm_common.runtime import Runtime, open_runtime


class ApiClient:
    """Asks the API as a browser or a script would."""

    def __init__(self, url: str, session: aiohttp.ClientSession, *, runtime: Runtime) -> None:
        self.url = url
        self.runtime = runtime
        self.session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Return status, JSON (or text) and headers of the answer."""
        sent: dict[str, Any] = (
            {"data": raw} if raw is not None else {"json": body} if body is not None else {}
        )
        async with self.session.request(method, self.url + path, headers=headers, **sent) as response:
            is_json = "json" in response.content_type
            said = await response.json(content_type=None) if is_json else await response.text()
            return response.status, said, response.headers

    async def set_up(self) -> None:
        """Make the first account and be signed in."""
        form = {"username": "manager", "password": "a long enough password"}
        status, said, _ = await self.ask("POST", "/api/v1/setup", form)
        assert status == 201, said


@asynccontextmanager
async def api_service(folder: Path, **settings: Any) -> AsyncIterator[ApiClient]:
    """Run the service; more settings by their names."""
    chosen = ApiSettings.load(
        data_dir=folder / "data",
        http_port=settings.pop("http_port", 0),
        database_url=SecretStr(settings.pop("database_url", f"sqlite+aiosqlite:///{folder}/mycrm.db")),
        log_level=settings.pop("log_level", "error"),
        **settings,
    )
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(chosen))
        await schema.migrate(runtime.database)
        service = await stack.enter_async_context(build(runtime.for_service("api"), chosen))
        run = await stack.enter_async_context(running(runtime, [service], health_port=None))
        jar = aiohttp.CookieJar(unsafe=True)
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        yield ApiClient(run.addresses["web"].replace("0.0.0.0", "127.0.0.1"), session, runtime=runtime)
