"""Uploads as browsers send them, and as nobody should."""

import io
from collections.abc import Mapping
from typing import Any

from tests.component.api_service import ApiClient

BOUNDARY = "----made-up"
SENT = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def multipart(raw: bytes, *, part: str = "file", name: str = "customers.csv") -> bytes:
    """Return a body with one file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n\r\n'
    return head.encode() + raw + f"\r\n--{BOUNDARY}--\r\n".encode()


def _own(api: ApiClient) -> dict[str, str]:
    return {"Origin": api.url}


async def send_file(
    api: ApiClient, raw: bytes, *, query: str = "", name: str = "customers.csv"
) -> tuple[int, Any]:
    """Send a file to be imported."""
    body = io.BytesIO(multipart(raw, name=name))
    url, headers = f"{api.url}/api/v1/imports{query}", SENT | _own(api)
    async with api.session.post(url, data=body, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def do(
    api: ApiClient, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Ask for something by POST."""
    status, said, _ = await api.ask("POST", f"/api/v1{path}", body, headers=_own(api) | dict(headers or {}))
    return status, said


async def look(api: ApiClient, path: str) -> tuple[int, Any]:
    """Ask for something by GET."""
    status, said, _ = await api.ask("GET", f"/api/v1{path}")
    return status, said
