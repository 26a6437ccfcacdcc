"""The session's cookie: unreadable to scripts, never sent by other sites, `__Host-` where HTTPS is used."""

from aiohttp import web

from mycrm_api.domain.accounts import SESSION_LONGEST

_NAME = "mycrm_session"
_SECURE_NAME = f"__Host-{_NAME}"


def token_of(request: web.Request) -> str | None:
    """Return the session's token that the browser sent."""
    return request.cookies.get(_SECURE_NAME if request.secure else _NAME)


def give(response: web.StreamResponse, request: web.Request, token: str) -> None:
    """Send a session's token to the browser."""
    response.set_cookie(
        _SECURE_NAME if request.secure else _NAME,
        token,
        max_age=int(SESSION_LONGEST.total_seconds()),
        path="/",
        httponly=True,
        secure=request.secure,
        samesite="Lax",
    )


def take_back(response: web.StreamResponse, request: web.Request) -> None:
    """Make the browser forget the session."""
    response.del_cookie(_SECURE_NAME if request.secure else _NAME, path="/", httponly=True, samesite="Lax")
