"""One middleware per concern of the web edge, outermost first: follow, problems, origin, sign-in."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Middleware

from mycrm_api.domain.users import OPERATOR, User
from mycrm_api.http.cookies import token_of
from mycrm_api.http.problems import from_http, problem, unexpected
from mycrm_api.ports.accounts import Sessions
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.ids import new_id
from mycrm_common.logs import Logger, follow
from mycrm_common.work import ReadingRoom, UnitOfWork

SPACE = "/api"
API = f"{SPACE}/v1"
USER = web.RequestKey("user", User)
Identify = Callable[[], Awaitable[User | None]]
# Asks anew who the caller is, for answers that may outlast a session.
IDENTIFY: web.RequestKey[Identify] = web.RequestKey("identify")
_DOORS = frozenset({("POST", f"{API}/session"), ("DELETE", f"{API}/session"), ("POST", f"{API}/setup")})
_ORIGIN = re.compile(r"https?://[^/?#@\s]+\Z", re.IGNORECASE)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def following(*, clock: Clock) -> Middleware:
    """Give each request an id that ties its log lines and events together."""

    @web.middleware
    async def follow_request(request: web.Request, handler: Handler) -> web.StreamResponse:
        follow(new_id(clock.now()))
        return await handler(request)

    return follow_request


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on every answer that does not bring stricter ones of its own, as its sending begins."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(API):
        response.headers.setdefault("Cache-Control", "no-store")


def problems(*, log: Logger) -> Middleware:
    """Turn every error into problem+json."""

    @web.middleware
    async def tell_problem(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except MyCRMError as error:
            if error.kind is Kind.BUG:
                return problem(unexpected(error, log=log, path=request.path))
            return problem(error)
        except web.HTTPException as error:
            if error.status < web.HTTPBadRequest.status_code:
                raise
            told = problem(from_http(error))
            if "Allow" in error.headers:
                told.headers["Allow"] = error.headers["Allow"]
            return told
        except Exception as error:  # noqa: BLE001 - the edge tells nobody what nobody expected
            return problem(unexpected(error, log=log, path=request.path))

    return tell_problem


def same_origin() -> Middleware:
    """Refuse a write that another site made this browser send."""

    @web.middleware
    async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in _SAFE and not _comes_from_us(request):
            raise MyCRMError("origin_foreign", Kind.FORBIDDEN, "this write did not come from this page")
        return await handler(request)

    return check_origin


def signed_in(*, sessions: Sessions, reading: ReadingRoom, unit: UnitOfWork, clock: Clock) -> Middleware:
    """Find out who asks; an API address that is not open answers 401 to strangers, before anything else."""

    async def holder(token: str) -> tuple[User, bool] | None:
        async with reading() as look:
            return await sessions.user_of_session(look, token, at=clock.now())

    async def still(token: str) -> User | None:
        found = await holder(token)
        return None if found is None else found[0]

    @web.middleware
    async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith((SPACE, "/metrics")):
            return await handler(request)
        token = token_of(request)
        if token is not None:
            found = await holder(token)
            if found is not None:
                user, is_stale = found
                request[USER] = user
                again: Identify = partial(still, token)
                request[IDENTIFY] = again
                if is_stale:
                    await _touch(token, sessions=sessions, unit=unit)
        return await handler(request)

    return identify


async def _touch(token: str, *, sessions: Sessions, unit: UnitOfWork) -> None:
    try:
        async with unit() as work:
            await sessions.touch(work, token)
    except MyCRMError as error:
        if error.kind is not Kind.UNAVAILABLE:
            raise  # Otherwise people read on: what cannot be written now, on a full disk, is no word of theirs.


def operating() -> Middleware:
    """Take everybody for the operator: for a door alone that nobody else can come in by."""

    @web.middleware
    async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[USER] = OPERATOR
        return await handler(request)

    return identify


def _comes_from_us(request: web.Request) -> bool:
    is_door = (request.method, request.path) in _DOORS
    if token_of(request) is None and not is_door:
        return True  # Only a cookie's power could be used against somebody's will; a stranger is told to sign in.
    origin = request.headers.get("Origin")
    if origin is not None:
        return (
            _ORIGIN.match(origin) is not None and _host_of(origin) == request.headers.get("Host", "").lower()
        )
    site = request.headers.get("Sec-Fetch-Site")
    # Neither header: no browser of today, and there is nothing to misuse before somebody has signed in.
    return site == "same-origin" if site is not None else is_door


def _host_of(origin: str) -> str:
    return origin.partition("://")[2].lower()
