"""The HTTP application: middlewares in their order, the API's routes, health, description and the page."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from mycrm_api.domain.roles import Role
from mycrm_api.http import middlewares
from mycrm_api.http.described import described_routes
from mycrm_api.http.page import page_routes
from mycrm_api.http.serving import serve
from mycrm_api.ports import Sessions
from mycrm_api.resources.route import Route
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.health import Health, health_routes, show_metrics
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork

_LARGEST_BODY = 12 * 1024 * 1024


def build_app(
    routes: Sequence[Route],
    *,
    sessions: Sessions,
    reading: ReadingRoom,
    unit: UnitOfWork,
    clock: Clock,
    log: Logger,
    health: Health,
    web_dir: Path | None,
) -> web.Application:
    """Return the application that answers everything on the web port."""
    app = web.Application(
        client_max_size=_LARGEST_BODY,
        middlewares=[
            middlewares.following(clock=clock),
            middlewares.headers(),
            middlewares.problems(log=log),
            middlewares.same_origin(),
            middlewares.signed_in(sessions=sessions, reading=reading, unit=unit, clock=clock),
        ],
    )
    for route in routes:
        app.router.add_route(route.method, middlewares.API + route.path, serve(route))
    app.router.add_route("*", middlewares.API + "/{rest:.*}", _nothing_here)
    app.add_routes([*health_routes(health), web.get("/metrics", partial(_metrics, health))])
    app.add_routes(described_routes(routes))
    app.add_routes(page_routes(web_dir))
    return app


async def _metrics(health: Health, request: web.Request) -> web.StreamResponse:
    user = request.get(middlewares.USER)
    if user is None:
        raise MyCRMError("not_signed_in", Kind.FORBIDDEN, "sign in first")
    if not user.role.includes(Role.ADMIN):
        raise MyCRMError("role_missing", Kind.FORBIDDEN, "this needs the role admin")
    return await show_metrics(health)


async def _nothing_here(request: web.Request) -> Any:
    if request.get(middlewares.USER) is None:
        raise MyCRMError("not_signed_in", Kind.FORBIDDEN, "sign in first")
    raise MyCRMError("not_found", Kind.NOT_FOUND, request.path)
