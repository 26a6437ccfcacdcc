"""The API described by itself, open to everybody: /openapi.json for programs and /docs for people."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from aiohttp import web

from mycrm_api.http.docs_page import STYLE, docs_page
from mycrm_api.http.openapi import describe
from mycrm_api.resources.route import Route


def described_routes(routes: Sequence[Route]) -> list[web.RouteDef]:
    """Return the routes of the description, which is made when somebody first asks for it."""

    @cache
    def described() -> dict[str, Any]:
        return describe(routes)

    @cache
    def page() -> str:
        return docs_page(described())

    async def as_json(_: web.Request) -> web.Response:
        return web.json_response(described(), headers={"Cache-Control": "no-cache"})

    async def as_page(_: web.Request) -> web.Response:
        return web.Response(text=page(), content_type="text/html", headers={"Cache-Control": "no-cache"})

    async def as_style(_: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css", headers={"Cache-Control": "no-cache"})

    return [
        web.get("/openapi.json", as_json),
        web.get("/docs", as_page),
        web.get("/docs/style.css", as_style),
    ]
