"""What goes wrong before there is a request: bytes that are no HTTP get an answer of the same shape as all others.

The library would answer with a text that repeats what was sent. Nothing of that is told here: who sends such bytes
knows them, and whoever else made a browser send them need not read them.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class _PlainFaults(web.RequestHandler):
    """One connection, whose faults are told as problem+json."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer to what could not be read as a request, or not be answered; the connection ends with it."""
        # Raises where an answer has begun already: two in one would be read as neither.
        plain = super().handle_error(request, status, exc, message)
        is_ours = plain.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": "something went wrong inside" if is_ours else "the request cannot be read",
            "status": plain.status,
            "code": "internal_error" if is_ours else "http_malformed",
            "detail": "" if is_ours else "this is not HTTP as it should be",
            "errors": [],
            "request_id": "",
        }
        told = web.Response(
            status=plain.status,
            body=json.dumps(body).encode(),
            content_type="application/problem+json",
            headers=_HEADERS,
        )
        told.force_close()
        return told


class PlainRunner(web.AppRunner):
    """Serves an application whose connections tell their faults as problem+json."""

    def __init__(
        self, app: web.Application, *, log: logging.Logger, lingering_time: float, **patience: Any
    ) -> None:
        super().__init__(app, access_log=None, logger=log, lingering_time=lingering_time, **patience)
        self._log = log
        self._lingering_time = lingering_time

    @property
    def server(self) -> Callable[[], web.RequestHandler] | None:  # type: ignore[override]  # sites only call it
        """What a connection is made by."""
        server = self._server
        if server is None:
            return None
        return lambda: _PlainFaults(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # the library's own way to have none
            logger=self._log,
            lingering_time=self._lingering_time,
        )
