"""The API described by itself: /openapi.json, and /docs as one page that needs no network and no script."""

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from aiohttp import web

from mycrm_api.http.openapi import describe
from mycrm_api.resources.route import Route


def described_routes(routes: Sequence[Route]) -> list[web.RouteDef]:
    """Return the routes of the description, which is made when somebody first asks for it."""

    @cache
    def described() -> dict[str, Any]:
        return describe(routes)

    async def as_json(_: web.Request) -> web.Response:
        return web.json_response(described(), headers={"Cache-Control": "no-cache"})

    async def as_page(_: web.Request) -> web.Response:
        return web.Response(text=_page(described()), content_type="text/html")

    return [web.get("/openapi.json", as_json), web.get("/docs", as_page)]


def _page(document: dict[str, Any]) -> str:
    sections = [
        _section(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    schemas = escape(json.dumps(document["components"]["schemas"], indent=2, ensure_ascii=False))
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{escape(document['info']['description'])}</p>"
        f'<p><a href="/openapi.json">openapi.json</a></p>{"".join(sections)}<h2>Schemas</h2><pre>{schemas}</pre>'
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    answers = "".join(
        f"<li><b>{escape(status)}</b> {escape(answer['description'])}</li>"
        for status, answer in operation["responses"].items()
    )
    fields = "".join(
        f"<li><code>{escape(parameter['name'])}</code> in {escape(parameter['in'])}</li>"
        for parameter in operation.get("parameters", ())
    )
    return (
        f"<h3><code>{method.upper()} {escape(path)}</code></h3><p>{escape(operation['summary'])} "
        f"(role: {escape(operation['x-role'])})</p><ul>{fields}</ul><ul>{answers}</ul>"
    )
