"""A provider of tokens on loopback: gives them for a grant, tells whose they are, and misbehaves when told to."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from aiohttp import web

from tests.support.ports import free_port

USERNAME = "sales@example.cn"
CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "our-client", "our-secret", "our-refresh-token"
HOST = "127.0.0.1"
Misbehave = Callable[[], web.StreamResponse]


@dataclass(kw_only=True)
class TokenOffice:
    """What it honours, and what was asked of it."""

    port: int
    expires_in: object = 3600
    rotates: bool = False
    honoured: set[str] = field(default_factory=lambda: {REFRESH_TOKEN})
    owners: dict[str, str] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)
    misbehave: Misbehave | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def token_url(self) -> str:
        """Where tokens are given; {tenant} is kept apart."""
        return f"http://{HOST}:{self.port}/{{tenant}}/token"

    @property
    def info_url(self) -> str:
        """Where Dovecot asks whose a token is."""
        return f"http://{HOST}:{self.port}/info?access_token="

    def withdraw(self) -> None:
        """Make every token worthless before its time."""
        self.owners.clear()

    async def give(self, request: web.Request) -> web.StreamResponse:
        """A token for a grant that is honoured."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form | {"tenant": request.match_info["tenant"]})
        if self.misbehave is not None:
            return self.misbehave()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client", "error_description": "who?"}, status=401)
        if form.get("grant_type") == "refresh_token" and form.get("refresh_token") not in self.honoured:
            said = f"AADSTS700082: the token {form.get('refresh_token')} has expired"
            return web.json_response({"error": "invalid_grant", "error_description": said}, status=400)
        return web.json_response(self._token())

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """Whose a token is, as Dovecot asks."""
        owner = self.owners.get(request.query.get("access_token", ""))
        if owner is None:
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response({"email": owner, "expires_in": 3000})

    def _token(self) -> dict[str, object]:
        number = next(self._numbers)
        self.owners[f"token-{number}"] = USERNAME
        answer: dict[str, object] = {"access_token": f"token-{number}", "token_type": "Bearer"}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        if self.rotates:
            answer["refresh_token"] = f"refresh-{number}"
            self.honoured.add(f"refresh-{number}")
        return answer


@asynccontextmanager
async def token_office() -> AsyncIterator[TokenOffice]:
    """An office that is open during the block."""
    office = TokenOffice(port=free_port())
    app = web.Application()
    app.add_routes([web.post("/{tenant}/token", office.give), web.get("/info", office.tell)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, office.port).start()
        yield office
    finally:
        await runner.cleanup()
