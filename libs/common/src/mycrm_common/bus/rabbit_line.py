"""One connection to RabbitMQ, opened when it is needed and opened anew after it was lost.

We use aio-pika's plain connections and do the rest here: its robust ones restore channels behind our back,
keep them by weak references, and cannot be asked to stop consuming for a while. What the library raises becomes
`bus_unavailable`, or `bus_refused` where waiting does not help; also the CancelledError with which aiormq ends
its own waiters when a connection dies, and which would otherwise end our tasks silently.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.connection import make_url
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, InvalidFrameError, ProbableAuthenticationError

from mycrm_common.errors import Kind, MyCRMError, StartError
from mycrm_common.logs import Logger
from mycrm_common.tasks import TaskNursery

# Twice this without a sign of life and the broker counts as gone; 5 to 20 seconds is RabbitMQ's own advice.
_HEARTBEAT_SECONDS = 10
_CONNECT_SECONDS = 10
_GOODBYE_SECONDS = 5.0
# All that aiormq tells when the broker closes instead of opening the virtual host; the code itself is lost.
_VHOST_CLOSED = re.compile(r"Connection\.OpenOk.*got <Connection\.Close ")


class Line:
    """Keeps at most one connection open, for one purpose."""

    def __init__(self, url: str, *, purpose: str, log: Logger) -> None:
        self._url, place = _read_url(url)
        self._purpose = purpose
        self._log = log.bind(broker=place, line=purpose)
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()
        self._goodbyes = TaskNursery()
        self._told_away = False

    @property
    def is_open(self) -> bool:
        """Whether the connection stands, as far as we know."""
        return self._connection is not None and self._connection.connected.is_set()

    async def open(self) -> AbstractConnection:
        """Return the open connection, or try once to open one: `bus_unavailable`, `bus_refused`."""
        async with self._opening:
            if self._connection is not None and self.is_open:
                return self._connection
            self.drop()
            try:
                self._connection = await self._connect()
            except MyCRMError as error:
                if not self._told_away:
                    self._log.warning("bus.away", error=error)
                self._told_away = True
                raise
            if self._told_away:
                self._log.info("bus.back")
            self._told_away = False
            return self._connection

    def drop(self) -> None:
        """Give the connection up; the goodbye takes its time in the background."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._goodbyes.start(_say_goodbye(connection), name=f"close {self._purpose}")

    async def close(self) -> None:
        """Close the connection in order."""
        self.drop()
        await self._goodbyes.settle(_GOODBYE_SECONDS)
        await self._goodbyes.close()

    async def _connect(self) -> AbstractConnection:
        with speaking():
            return await aio_pika.connect(
                self._url,
                timeout=_CONNECT_SECONDS,
                client_properties={"connection_name": f"mycrm {self._purpose}"},
            )


@contextmanager
def speaking() -> Iterator[None]:
    """Turn what goes wrong between us and the broker into errors of ours."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise _unavailable(error) from error
    except ProbableAuthenticationError as error:
        raise MyCRMError("bus_refused", Kind.UNAVAILABLE, "name or password is wrong") from error
    except InvalidFrameError as error:
        if _VHOST_CLOSED.search(str(error)):
            detail = "the virtual host is missing, closed to this account, or not running"
            raise MyCRMError("bus_refused", Kind.UNAVAILABLE, detail) from error
        raise _unavailable(error) from error
    except (*CONNECTION_EXCEPTIONS, TimeoutError) as error:
        raise _unavailable(error) from error


def _unavailable(error: BaseException) -> MyCRMError:
    return MyCRMError("bus_unavailable", Kind.UNAVAILABLE, f"{type(error).__name__}: {error}", retry_after=5)


def _read_url(text: str) -> tuple[str, str]:
    """Return the URL as the library takes it, and its place without account and password."""
    try:
        url = make_url(text, heartbeat=_HEARTBEAT_SECONDS)
        if url.host:
            return str(url), f"{url.host}:{url.port}" if url.port else url.host
    except ValueError:
        pass  # Its words would repeat the URL with the password.
    raise StartError("bus_url_invalid", reason="it is no amqp://user:pass@host:5672/vhost")


async def _say_goodbye(connection: AbstractConnection) -> None:
    with speaking():
        try:
            await connection.close()
        except MyCRMError:
            pass
