"""The session's cookie: unreadable to scripts, never sent by other sites, `__Host-` where HTTPS is used.

Where a proxy speaks HTTPS for us, the page's own Origin tells it; whoever lies about it only harms himself.
"""

from aiohttp import web

from mycrm_api.domain.accounts import SESSION_LONGEST

_NAME = "mycrm_session"
_SECURE_NAME = f"__Host-{_NAME}"


def token_of(request: web.Request) -> str | None:
    """Return the session's token that the browser sent; what only HTTPS can have set comes first."""
    return request.cookies.get(_SECURE_NAME) or request.cookies.get(_NAME)


def give(response: web.StreamResponse, request: web.Request, token: str) -> None:
    """Send a session's token to the browser."""
    is_secure = request.secure or request.headers.get("Origin", "").lower().startswith("https://")
    response.set_cookie(
        _SECURE_NAME if is_secure else _NAME,
        token,
        max_age=int(SESSION_LONGEST.total_seconds()),
        path="/",
        httponly=True,
        secure=is_secure,
        samesite="Lax",
    )


def take_back(response: web.StreamResponse, request: web.Request) -> None:
    """Make the browser forget the session."""
    for name in (_SECURE_NAME, _NAME):
        if name in request.cookies:
            is_secure = name == _SECURE_NAME
            response.del_cookie(name, path="/", httponly=True, secure=is_secure, samesite="Lax")
