"""Requests as bytes, for what no HTTP client would send."""

import asyncio

from tests.component.api_service import ApiClient

API = "/api/v1"
GOOD = {"username": "manager", "password": "a long enough password"}
JSON = {"Content-Type": "application/json"}


async def converse(api: ApiClient, request: bytes) -> tuple[int, str, str]:
    """Send bytes as they are and return the answer's status, head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(api))
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.decode("utf-8", errors="replace").partition("\r\n\r\n")
    return int(head.split(" ", 2)[1]), head, body


def request_of(line: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request of these lines that ends the connection."""
    lines = [line, "Connection: close", *headers, *([f"Content-Length: {len(body)}"] if body else [])]
    return "\r\n".join([*lines, "", ""]).encode() + body


def cookie_of(api: ApiClient) -> str:
    """Return the client's cookies as a header's value."""
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in api.session.cookie_jar)


def port_of(api: ApiClient) -> int:
    """Return the port that the service listens on."""
    return int(api.url.rsplit(":", 1)[1])
