"""verify-email.org's guest interface as it is documented: five questions an hour, then a sentence."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

LIMIT = "You have reached the limit of 5 emails per hour"
_LOGS = {1: "Success", 0: "MailboxDoesNotExist", -1: "ServerIsCatchAll"}


@dataclass
class FakeGuest:
    """Answers by the local part: `gone...` does not exist, `all...` is at a catch-all, others work.

    `pages` are sent, in turn, before any of that: (status, content type, body).
    """

    url: str = ""
    most: int = 5
    asked: list[str] = field(default_factory=list)
    pages: list[tuple[int, str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        email = request.match_info["email"]
        self.asked.append(email)
        if self.pages:
            status, content_type, body = self.pages.pop(0)
            return web.Response(status=status, content_type=content_type, text=body)
        if len(self.asked) > self.most:
            return web.json_response(LIMIT)
        status = 0 if email.startswith("gone") else -1 if email.startswith("all") else 1
        said = {"email": email, "response": {"status": status, "log": _LOGS[status]}, "credits": 100}
        return web.Response(text=json.dumps(said), content_type="text/html")


@asynccontextmanager
async def fake_guest(*, most: int = 5) -> AsyncIterator[FakeGuest]:
    """A guest interface on a free port."""
    guest = FakeGuest(most=most)
    app = web.Application()
    app.add_routes([web.get("/home/verify-as-guest/{email:.*}", guest.answer)])
    server = TestServer(app)
    await server.start_server()
    try:
        guest.url = str(server.make_url("/home/verify-as-guest/"))
        yield guest
    finally:
        await server.close()
