"""The one POST: bounded, verified, and led nowhere else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from mycrm_mail_fetcher.adapters.oauth_post import MOST_BYTES, Answer, post
from tests.support.certificates import make_authority
from tests.support.ports import free_port

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def web_server(handle: Handle, *, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    port = free_port()
    app = web.Application()
    app.add_routes([web.post("/{path:.*}", handle)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def send(address: str, form: bytes = b"a=1&b=%E4%BD%A0", *, seconds: float = 5) -> Answer:
    return await asyncio.to_thread(post, address, form, seconds=seconds)


async def test_a_form_arrives_and_an_answer_comes_back() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        told = {name: str(value) for name, value in (await request.post()).items()}
        return web.json_response({"path": request.path, **told}, status=418, headers={"Retry-After": "30"})

    async with web_server(handle) as address:
        answer = await send(f"{address}/x/token")
    assert (answer.status, answer.retry_after) == (418, 30)
    assert answer.body == b'{"path": "/x/token", "a": "1", "b": "\\u4f60"}'


async def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere", "Retry-After": "Wed, 21 Oct"})

    async with web_server(handle) as address:
        answer = await send(f"{address}/token")
    assert (answer.status, answer.retry_after, seen) == (307, 0, ["/token"])


async def test_an_endless_answer_is_cut() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(2 * MOST_BYTES // 1024):
            await response.write(b"x" * 1024)
        return response

    async with web_server(handle) as address:
        assert len((await send(address)).body) == MOST_BYTES


async def test_a_silent_provider_is_given_up() -> None:
    silence = asyncio.Event()

    async def handle(_: web.Request) -> web.StreamResponse:
        await silence.wait()
        return web.Response()

    async with web_server(handle) as address:
        with pytest.raises(TimeoutError):
            await send(address, seconds=0.2)
        silence.set()


async def test_an_unknown_authority_is_not_trusted(tmp_path: Path) -> None:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.Response()

    issued = make_authority(tmp_path).issue(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.certificate_file, issued.key_file)
    async with web_server(handle, context=context) as address:
        with pytest.raises(ssl.SSLCertVerificationError):
            await send(address)


async def test_only_this_machine_is_asked_without_tls() -> None:
    with pytest.raises(ValueError, match="only asked over TLS"):
        await send("http://provider.example/token")
