"""A TCP proxy on loopback that passes, delays, holds back and cuts, each direction on its own.

Holding back keeps the bytes and delivers them when the line heals, as TCP does when packets are lost for a
while: a stream never loses bytes in its middle. A cut is a reset, as when a router forgets a connection.
A delay is added to every piece without slowing the flow, as distance does.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.support.ports import free_port
from tests.support.waiting import eventually

HOST = "127.0.0.1"
PIECE = 65_536
Pieces = asyncio.Queue[tuple[float, bytes]]


@dataclass(kw_only=True)
class Line:
    """One direction: how it behaves now, and how many bytes it has passed on."""

    delay_seconds: float = 0
    cut_after: int | None = None
    passed: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Begins open."""
        self.open.set()

    def hold(self) -> None:
        """Keeps everything back from now on."""
        self.open.clear()

    def heal(self) -> None:
        """Passes on at once, beginning with what was kept back."""
        self.delay_seconds = 0
        self.open.set()

    def allowed(self, piece: bytes) -> bytes:
        """The part of a piece that may pass before the cut, which is counted."""
        part = piece if self.cut_after is None else piece[: self.cut_after]
        if self.cut_after is not None:
            self.cut_after -= len(part)
        self.passed += len(part)
        return part


@dataclass(frozen=True, kw_only=True, eq=False)
class _Link:
    task: asyncio.Task[object] | None
    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]

    def reset(self) -> None:
        for end in self.ends:
            _reset(end)

    def close(self) -> None:
        for end in self.ends:
            end.close()


class TcpProxy:
    """Stands between clients and a server; up leads to the server, down to the clients."""

    def __init__(self, *, target_host: str, target_port: int) -> None:
        """Knows where to lead; start() listens."""
        self.host, self.port = HOST, free_port()
        self.target_host, self.target_port = target_host, target_port
        self.up, self.down = Line(), Line()
        self._server: asyncio.Server | None = None
        self._links: list[_Link] = []

    @property
    def connections(self) -> int:
        """How many connections lead through it now."""
        return len(self._links)

    async def start(self) -> None:
        """Listens, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port)

    async def refuse(self) -> None:
        """Cuts all connections and listens no more, until start()."""
        if self._server:
            self._server.close()
            self._server = None
        self.cut()
        await eventually(lambda: not self._links, what="the proxy's connections end")

    def cut(self) -> None:
        """Resets all present connections on both sides; new ones are served."""
        for link in list(self._links):
            link.reset()
            if link.task:
                link.task.cancel()

    def blackhole(self) -> None:
        """Holds back both directions: connections stay, and nothing arrives."""
        self.up.hold()
        self.down.hold()

    def delay(self, *, up_seconds: float = 0, down_seconds: float = 0) -> None:
        """Lets every byte travel that much longer."""
        self.up.delay_seconds, self.down.delay_seconds = up_seconds, down_seconds

    def heal(self) -> None:
        """Passes on in both directions, without delay."""
        self.up.heal()
        self.down.heal()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(self.target_host, self.target_port)
        except OSError:
            _reset(writer)
            return
        link = _Link(task=asyncio.current_task(), ends=(writer, server_writer))
        self._links.append(link)
        try:
            async with asyncio.TaskGroup() as directions:
                for source, end, line in (
                    (reader, server_writer, self.up),
                    (server_reader, writer, self.down),
                ):
                    pieces: Pieces = asyncio.Queue()
                    directions.create_task(_take(source, pieces, line))
                    directions.create_task(self._give(end, pieces, line))
        except* OSError:
            link.reset()
        # A cut ends this task by cancelling it, wherever it waits; nobody is left to hear of that.
        except* asyncio.CancelledError:
            pass
        finally:
            self._links.remove(link)
            link.close()

    async def _give(self, end: asyncio.StreamWriter, pieces: Pieces, line: Line) -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
            await line.open.wait()
            if not piece:
                with suppress(OSError):
                    end.write_eof()
                return
            end.write(line.allowed(piece))
            await end.drain()
            if line.cut_after == 0:
                line.cut_after = None
                self.cut()


@asynccontextmanager
async def tcp_proxy(target_host: str, target_port: int) -> AsyncIterator[TcpProxy]:
    """A proxy that passes everything on until told otherwise."""
    proxy = TcpProxy(target_host=target_host, target_port=target_port)
    await proxy.start()
    try:
        yield proxy
    finally:
        proxy.heal()
        await proxy.refuse()


async def _take(reader: asyncio.StreamReader, pieces: Pieces, line: Line) -> None:
    while True:
        piece = await reader.read(PIECE)
        pieces.put_nowait((asyncio.get_running_loop().time() + line.delay_seconds, piece))
        if not piece:
            return


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with suppress(OSError):
        # With a linger time of zero, closing sends a reset in place of a polite farewell.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
