"""One question to a provider over HTTP: no redirects, bounded in time and size, and never into the own network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from mycrm_common.public_hosts import HostRefusedError, PublicResolver, is_private_literal

MOST_BYTES = 1 << 16
_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What came back; `fault` says what was wrong with it, empty if nothing."""

    status: int = 0
    body: bytes = b""
    fault: str = ""


class Web:
    """Asks one provider; a connection is made for each question, for there are few."""

    def __init__(self, *, allow_private: bool, seconds: float = _SECONDS) -> None:
        self._allow_private = allow_private
        self._seconds = seconds

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Page:
        """Return the page, or what went wrong, in words that hold no part of the URL."""
        return await self._ask("GET", url, None, headers)

    async def post(self, url: str, said: Any, *, headers: Mapping[str, str] | None = None) -> Page:
        """Send JSON and return the page, or what went wrong."""
        return await self._ask("POST", url, said, headers)

    async def _ask(self, method: str, url: str, said: Any, headers: Mapping[str, str] | None) -> Page:
        try:
            async with self._session() as session:
                return await self._read(session, method, url, said=said, headers=headers)
        except TimeoutError:
            return Page(fault=f"no answer within {self._seconds:g} seconds")
        except HostRefusedError:
            return Page(fault="the provider's address is in a private network")
        except aiohttp.ClientSSLError:
            return Page(fault="the provider's certificate is not trusted")
        except aiohttp.ClientConnectorError as error:
            is_private = isinstance(error.os_error, HostRefusedError)
            return Page(
                fault="the provider's address is in a private network" if is_private else "no connection"
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Page(fault=f"the connection failed ({type(error).__name__})")

    def _session(self) -> aiohttp.ClientSession:
        resolver = None if self._allow_private else PublicResolver()
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, force_close=True),
            timeout=aiohttp.ClientTimeout(total=self._seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _read(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        *,
        said: Any,
        headers: Mapping[str, str] | None,
    ) -> Page:
        if not self._allow_private and is_private_literal(urlsplit(url).hostname or ""):
            raise HostRefusedError
        from yarl import URL

        async with session.request(
            method,
            URL(url, encoded=True),
            json=said,
            allow_redirects=False,
            headers=headers,
            auto_decompress=False,
        ) as answer:
            body = bytearray()
            async for piece in answer.content.iter_chunked(8192):
                body += piece
                if len(body) > MOST_BYTES:
                    return Page(status=answer.status, fault=f"more than {MOST_BYTES} bytes")
            return Page(status=answer.status, body=bytes(body))
