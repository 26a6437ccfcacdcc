"""The HTTP application: middlewares in their order, the API's routes, health, description and the page."""

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from mycrm_api.domain.roles import Role
from mycrm_api.http import middlewares
from mycrm_api.http.described import described_routes
from mycrm_api.http.page import page_routes
from mycrm_api.http.serving import serve
from mycrm_api.resources.route import Route
from mycrm_api.resources.streams import Streams
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.health import Health, health_routes, show_metrics
from mycrm_common.logs import Logger


def build_app(
    routes: Sequence[Route],
    *,
    identify: Middleware,
    clock: Clock,
    log: Logger,
    health: Health,
    web_dir: Path | None,
    streams: Streams,
) -> web.Application:
    """Return the application that answers everything at one door; `identify` tells who comes in by it."""
    app = web.Application(
        client_max_size=max(route.most_bytes for route in routes),
        middlewares=[
            middlewares.following(clock=clock),
            middlewares.problems(log=log),
            middlewares.same_origin(),
            identify,
        ],
    )
    app.on_response_prepare.append(middlewares.add_headers)
    app.on_shutdown.append(partial(_end_streams, streams))
    known = _add_routes(app, routes)
    app.router.add_route("*", middlewares.SPACE + "{rest:(/.*)?}", partial(_refuse, known))
    app.add_routes([*health_routes(health), web.get("/metrics", partial(_metrics, health))])
    app.add_routes(described_routes(routes))
    app.add_routes(page_routes(web_dir))
    return app


async def _end_streams(streams: Streams, _: web.Application) -> None:
    streams.close()


async def _metrics(health: Health, request: web.Request) -> web.StreamResponse:
    user = request.get(middlewares.USER)
    if user is None:
        raise MyCRMError("not_signed_in", Kind.FORBIDDEN, "sign in first")
    if not user.role.includes(Role.ADMIN):
        raise MyCRMError("role_missing", Kind.FORBIDDEN, "this needs the role admin")
    return await show_metrics(health)


def _add_routes(app: web.Application, routes: Sequence[Route]) -> set[web.AbstractResource]:
    """Serve the routes, HEAD wherever there is GET, and return their addresses."""
    known: set[web.AbstractResource] = set()
    for route in routes:
        handler = serve(route)
        for method in (route.method, *(["HEAD"] if route.method == "GET" else [])):
            added = app.router.add_route(method, middlewares.API + route.path, handler)
            if added.resource is not None:
                known.add(added.resource)
    return known


async def _refuse(known: Collection[web.AbstractResource], request: web.Request) -> web.StreamResponse:
    """Tell a stranger to sign in, and others which verbs the address has, if there is such an address."""
    if request.get(middlewares.USER) is None:
        raise MyCRMError("not_signed_in", Kind.FORBIDDEN, "sign in first")
    allowed: set[str] = set()
    for resource in known:
        allowed |= (await resource.resolve(request))[1]
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, sorted(allowed))
    raise MyCRMError("not_found", Kind.NOT_FOUND, request.path)
