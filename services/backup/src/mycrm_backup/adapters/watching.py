"""A service elsewhere that expects to hear of each copy, and calls for help when it does not.

It is told by its address alone: with /start before a copy, with /fail after one that failed, as it is after one that
is done. A copy never fails because of it.
"""

import asyncio
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, build_opener

from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.logs import Logger

_SECONDS = 10


class Watcher:
    """Tells the service at a URL; without one nothing is told."""

    def __init__(self, url: str, *, log: Logger) -> None:
        parts = urlsplit(url)
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise MyCRMError("backup_ping_invalid", Kind.INVALID, "it must be http:// or https://")
        self._parts = parts
        self._log = log

    async def tell(self, what: str) -> None:
        """Tell that a copy was begun (`start`), has failed (`fail`) or is done (nothing)."""
        if not self._parts.hostname:
            return
        path = f"{self._parts.path.rstrip('/')}/{what}" if what else self._parts.path
        try:
            await asyncio.to_thread(_ask, urlunsplit(self._parts._replace(path=path)))
        except (URLError, HTTPException, OSError, ValueError) as error:
            # The address is a secret of its own: whoever has it can say that all is well.
            self._log.warning("backup.not_watched", reason=type(error).__name__)


def _ask(url: str) -> None:
    with build_opener().open(Request(url, headers={"User-Agent": "MyCRM"}), timeout=_SECONDS) as said:  # noqa: S310 - the scheme was looked at
        said.read(1024)
