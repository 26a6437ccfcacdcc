"""The proxy that fault tests cut and hold back with, against a real echo server."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.support.ports import free_port
from tests.support.tcp_proxy import TcpProxy, tcp_proxy
from tests.support.waiting import eventually


@pytest.fixture
async def proxy() -> AsyncIterator[TcpProxy]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(1000):
                writer.write(piece)
            writer.write_eof()
        except OSError:
            pass
        finally:
            writer.close()

    port = free_port()
    server = await asyncio.start_server(echo, "127.0.0.1", port)
    async with server, tcp_proxy("127.0.0.1", port) as proxy:
        yield proxy


async def test_bytes_pass_in_both_directions_until_the_end(proxy: TcpProxy) -> None:
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    sent = bytes(range(256)) * 4000
    writer.write(sent)
    writer.write_eof()
    assert await reader.read(-1) == sent
    assert (proxy.up.passed, proxy.down.passed) == (len(sent), len(sent))
    writer.close()


async def test_a_cut_resets_the_connection_and_new_ones_are_served(proxy: TcpProxy) -> None:
    reader, writer = await _greeted(proxy)
    proxy.cut()
    with pytest.raises(ConnectionResetError):
        await reader.read(10)
    writer.close()
    _, again = await _greeted(proxy)
    again.close()


async def test_a_connection_that_is_held_back_can_be_cut(proxy: TcpProxy) -> None:
    reader, writer = await _greeted(proxy)
    proxy.blackhole()
    writer.write(b"never")
    proxy.cut()
    with pytest.raises(ConnectionResetError):
        await reader.read(10)
    await eventually(lambda: proxy.connections == 0, what="the proxy forgets the connection")
    writer.close()


async def test_what_a_hole_swallows_arrives_when_the_line_heals(proxy: TcpProxy) -> None:
    reader, writer = await _greeted(proxy)
    proxy.down.hold()
    writer.write(b"later")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(10), 0.2)
    proxy.heal()
    assert await reader.readexactly(5) == b"later"
    writer.close()


async def test_a_delay_adds_up_over_both_directions_but_does_not_slow_the_flow(proxy: TcpProxy) -> None:
    reader, writer = await _greeted(proxy)
    proxy.delay(up_seconds=0.1, down_seconds=0.1)
    begin = time.monotonic()
    writer.write(b"x" * 1_000_000)
    await reader.readexactly(1_000_000)
    assert 0.2 <= time.monotonic() - begin < 2
    writer.close()


async def test_the_line_is_cut_after_so_many_bytes(proxy: TcpProxy) -> None:
    reader, writer = await _greeted(proxy)
    proxy.down.cut_after = 3
    writer.write(b"abcdef")
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(6)
    assert proxy.down.passed == len("hello") + 3
    writer.close()


async def test_a_refusing_proxy_takes_no_connections_until_it_starts_again(proxy: TcpProxy) -> None:
    _, writer = await _greeted(proxy)
    await proxy.refuse()
    assert proxy.connections == 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(proxy.host, proxy.port)
    await proxy.start()
    _, again = await _greeted(proxy)
    for each in (writer, again):
        each.close()


async def _greeted(proxy: TcpProxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    return reader, writer
