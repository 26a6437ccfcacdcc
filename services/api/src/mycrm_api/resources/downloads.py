"""Files that are made or fetched while they are downloaded, a piece at a time."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import web

from mycrm_common.errors import MyCRMError

CSV = "text/csv"


def download(
    body: AsyncIterator[bytes], *, name: str, media: str = f"{CSV}; charset=utf-8", size: int | None = None
) -> web.Response:
    """Return what is made as a file, a table if nothing else is said; it is never shown, whatever stands in it."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return web.Response(
        body=_to_the_end(body),
        headers={
            "Content-Type": media,
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            **({} if size is None else {"Content-Length": str(size)}),
        },
    )


async def _to_the_end(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces; where one cannot be had the connection breaks off, or half a file would look like a whole."""
    try:
        async for piece in body:
            yield piece
    except MyCRMError as error:
        raise ConnectionAbortedError(error.code) from error
