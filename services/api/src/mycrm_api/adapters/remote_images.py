"""Fetches the images of a mail that somebody asked to see.

Whoever wrote the mail chose the URLs, so they are asked with suspicion: over HTTPS only, never in the own network,
redirects looked at one by one, no cookies, no referrer, bounded in number, size and time. What comes back is an
image by its first bytes, whatever the server calls it, or is dropped.
"""

import asyncio
import base64
import ssl
from collections.abc import Mapping, Sequence

import aiohttp
from yarl import URL

from mycrm_common.public_hosts import PublicResolver, is_private_literal

MOST_IMAGES = 50
MOST_BYTES = 3 << 20
MOST_BYTES_OF_ALL = 20 << 20
_MOST_REDIRECTS = 3
_AT_ONCE = 6
_SECONDS_EACH, _SECONDS_ALL = 8.0, 20.0
_REDIRECTS = {301, 302, 303, 307, 308}
# SVG is a document that may hold scripts, and is not among them.
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
    (b"BM", 0, "image/bmp"),
)


class GuardedImages:
    """Fetches them."""

    def __init__(self, *, allow_private: bool, trust: ssl.SSLContext | None = None) -> None:
        self._allow_private = allow_private
        self._trust = trust

    async def fetch(self, urls: Sequence[str]) -> Mapping[str, str]:
        """Return the images that could be had, each as a `data:` URL by its own; the others are left out."""
        wanted = list(dict.fromkeys(urls))[:MOST_IMAGES]
        found: dict[str, str] = {}
        turns, left = asyncio.Semaphore(_AT_ONCE), _Left(MOST_BYTES_OF_ALL)

        async def fetch_one(session: aiohttp.ClientSession, url: str) -> None:
            async with turns:
                try:
                    image = await self._image(session, URL(url), left)
                except (aiohttp.ClientError, OSError, ValueError):
                    return
            if kind := kind_of(image):
                found[url] = f"data:{kind};base64,{base64.b64encode(image).decode('ascii')}"

        try:
            async with (
                asyncio.timeout(_SECONDS_ALL),
                self._session() as session,
                asyncio.TaskGroup() as group,
            ):
                for url in wanted:
                    group.create_task(fetch_one(session, url))
        except TimeoutError:
            # What came in time is shown.
            pass
        return found

    def _session(self) -> aiohttp.ClientSession:
        resolver = None if self._allow_private else PublicResolver()
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, ssl=self._trust or True, limit=_AT_ONCE),
            timeout=aiohttp.ClientTimeout(total=_SECONDS_EACH),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "MyCRM", "Accept": "image/*"},
        )

    async def _image(self, session: aiohttp.ClientSession, url: URL, left: "_Left") -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            self._check(url)
            async with session.get(url, allow_redirects=False, auto_decompress=False) as answer:
                if answer.status in _REDIRECTS:
                    url = url.join(URL(answer.headers.get("Location", "")))
                    continue
                if answer.status != 200:  # noqa: PLR2004 - what HTTP calls OK
                    return b""
                return await _read(answer, left)
        return b""

    def _check(self, url: URL) -> None:
        if url.scheme != "https" or not url.host or url.user or url.password:
            message = "only https, and no account in it"
            raise ValueError(message)
        if not self._allow_private and is_private_literal(url.host):
            message = "the host lies in the own network"
            raise ValueError(message)


class _Left:
    """How many bytes all images together may still have."""

    def __init__(self, most: int) -> None:
        self.bytes = most


async def _read(answer: aiohttp.ClientResponse, left: _Left) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(16384):
        body += piece
        left.bytes -= len(piece)
        if len(body) > MOST_BYTES or left.bytes < 0:
            return b""
    return bytes(body)


def kind_of(image: bytes) -> str:
    """Return the media type of an image by its first bytes, or nothing where it is none that we show."""
    for mark, place, kind in _KINDS:
        if image.startswith(mark, place):
            return kind
    return ""
