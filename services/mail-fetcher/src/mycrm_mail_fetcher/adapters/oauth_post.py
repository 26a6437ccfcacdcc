"""One POST to a provider's token address, with the standard library: verified TLS, no redirects, bounded.

It is asked once an hour, in a thread; that is not worth a client of its own.
"""

import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

SECONDS = 15.0
MOST_BYTES = 1 << 16
_LONGEST_REST = 86_400
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back; `retry_after` is in seconds, 0 where nothing was said. The body may hold a token."""

    status: int
    body: bytes = field(repr=False)
    retry_after: int = 0


def post(address: str, form: bytes, *, seconds: float = SECONDS) -> Answer:
    """Send the form and return the answer, whatever its status; a secret never leaves unprotected."""
    parts = urlsplit(address)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds)
    try:
        connection.request(
            "POST",
            parts.path or "/",
            body=form,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        )
        reply = connection.getresponse()
        after = reply.getheader("Retry-After", "")
        return Answer(
            status=reply.status,
            body=reply.read(MOST_BYTES),
            retry_after=min(int(after), _LONGEST_REST) if after.isascii() and after.isdecimal() else 0,
        )
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    if host not in _LOOPBACK:
        raise ValueError(f"{host} is only asked over TLS")
    return HTTPConnection(host, port, timeout=seconds)
