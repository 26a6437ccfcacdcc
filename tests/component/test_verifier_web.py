"""Providers that are asked over HTTP, and all that can come back instead of an answer."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from mycrm_verifier.domain.verdicts import Verdict
from mycrm_verifier.ports.provider import Answer, Outcome, Provider
from mycrm_verifier.providers.guest import GuestProvider
from mycrm_verifier.providers.keyed import KeyedProvider
from mycrm_verifier.providers.reacher import ReacherProvider
from mycrm_verifier.providers.web import Web
from tests.support.certificates import make_authority

Make = Callable[[str, Web], Provider]
MAKERS: Mapping[str, Make] = {
    "guest": lambda base, asks: GuestProvider(base=base, web=asks),
    "keyed": lambda base, asks: KeyedProvider(base=base, key="k/ey", web=asks),
    "reacher": lambda base, asks: ReacherProvider(base=base, secret="a secret", web=asks),
}


@asynccontextmanager
async def _served(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    app = web.Application(handler_args={"max_line_size": 32_768})
    app.router.add_route("*", "/{rest:.*}", answer)
    server = TestServer(app, scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    try:
        yield str(server.make_url("/"))
    finally:
        await server.close()


async def _asked(
    name: str, answer: Callable[[web.Request], Awaitable[web.StreamResponse]], *, seconds: float = 30
) -> Answer:
    async with _served(answer) as base:
        return await MAKERS[name](base, Web(allow_private=True, seconds=seconds)).check("a@example.com")


def _page(status: int, body: bytes, **headers: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, body=body, headers=headers)

    return answer


def _said(email: str = "a@example.com", *, reachable: Any = "invalid") -> bytes:
    """What both kinds of provider would say of a mailbox that does not exist."""
    return json.dumps(
        {
            "email": email,
            "response": {"status": 0, "log": "MailboxDoesNotExist"},
            "input": email,
            "is_reachable": reachable,
            "smtp": {"can_connect_smtp": True, "is_deliverable": False},
        }
    ).encode()


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (_page(200, b"<html>please solve this captcha</html>"), Outcome.FAILED),
        (_page(200, b""), Outcome.FAILED),
        (_page(200, b"null"), Outcome.FAILED),
        (_page(200, b'{"email": 5, "input": 5, "response": [], "is_reachable": {}}'), Outcome.FAILED),
        (_page(200, b"[" * 60_000), Outcome.FAILED),
        (_page(200, b"\xff\xfe\x00"), Outcome.FAILED),
        (_page(200, _said("b@example.com")), Outcome.FAILED),
        (_page(200, _said() + b" " * 200_000), Outcome.FAILED),
        (_page(301, _said(), Location="https://example.com/"), Outcome.FAILED),
        (_page(302, _said(), Location="http://127.0.0.1/"), Outcome.FAILED),
        (_page(403, _said()), Outcome.FAILED),
        (_page(500, _said()), Outcome.FAILED),
        (_page(429, b"slow down"), Outcome.LIMITED),
    ],
)
async def test_what_is_no_answer_is_a_failure_with_its_reason(
    name: str, page: Callable[[web.Request], Awaitable[web.Response]], outcome: Outcome
) -> None:
    answer = await _asked(name, page)

    assert (answer.outcome, answer.verdict) == (outcome, Verdict.UNKNOWN)
    assert answer.log
    assert "k/ey" not in answer.log


@pytest.mark.parametrize("name", MAKERS)
async def test_one_that_hangs_or_drips_is_left_after_its_time(name: str) -> None:
    hang = asyncio.Event()

    async def hangs(request: web.Request) -> web.Response:
        del request
        await hang.wait()
        return web.Response()

    async def drips(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while not hang.is_set():
                await answer.write(b" ")
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass  # Whoever asked has gone, as it should.
        return answer

    for page in (hangs, drips):
        hang.clear()
        async with _served(page) as base:
            asks = Web(allow_private=True, seconds=0.5)
            answer = await MAKERS[name](base, asks).check("a@example.com")
            hang.set()
        assert (answer.outcome, answer.log) == (Outcome.FAILED, "no answer within 0.5 seconds")


@pytest.mark.parametrize("name", MAKERS)
async def test_a_certificate_that_nobody_vouches_for_is_refused(name: str, tmp_path: Path) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=_said())

    made = make_authority(tmp_path).issue(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_file, made.key_file)
    async with _served(answer, tls=context) as base:
        found = await MAKERS[name](base, Web(allow_private=True)).check("a@example.com")

    assert (found.outcome, asked) == (Outcome.FAILED, [])
    assert "certificate" in found.log


@pytest.mark.parametrize("name", MAKERS)
async def test_one_that_breaks_off_or_is_not_there_is_a_failure(name: str) -> None:
    async def breaks_off(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert (await _asked(name, breaks_off)).outcome is Outcome.FAILED
    async with _served(breaks_off) as base:
        gone = base
    found = await MAKERS[name](gone, Web(allow_private=True)).check("a@example.com")
    assert (found.outcome, found.log) == (Outcome.FAILED, "no connection")


@pytest.mark.parametrize(
    ("smtp", "reachable", "verdict"),
    [
        ({"can_connect_smtp": True, "is_deliverable": True}, "safe", Verdict.VALID),
        ({"can_connect_smtp": True, "is_deliverable": True}, "risky", Verdict.VALID),
        ({"can_connect_smtp": True, "is_deliverable": False}, "invalid", Verdict.INVALID),
        (
            {"can_connect_smtp": True, "is_deliverable": False, "is_disabled": True},
            "invalid",
            Verdict.INVALID,
        ),
        (
            {"can_connect_smtp": True, "is_deliverable": True, "is_catch_all": True},
            "risky",
            Verdict.UNCONFIRMED,
        ),
        (
            {"can_connect_smtp": True, "is_deliverable": False, "has_full_inbox": True},
            "invalid",
            Verdict.UNKNOWN,
        ),
        ({"can_connect_smtp": False, "is_deliverable": False}, "invalid", Verdict.UNKNOWN),
        ({"error": {"type": "SmtpError", "message": "timed out"}}, "unknown", Verdict.UNKNOWN),
        ({"can_connect_smtp": True, "is_deliverable": False}, "unknown", Verdict.UNKNOWN),
        ({}, "invalid", Verdict.UNKNOWN),
        ("odd", "invalid", Verdict.UNKNOWN),
    ],
)
async def test_of_a_reacher_only_the_parts_are_believed(smtp: Any, reachable: str, verdict: Verdict) -> None:
    asked: list[tuple[str, str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.path, request.headers["x-reacher-secret"], await request.json()))
        said = {"input": '"a b"@example.com', "is_reachable": reachable, "smtp": smtp}
        return web.json_response(said | {"syntax": {"is_valid_syntax": True}})

    async with _served(answer) as base:
        asks = Web(allow_private=True)
        found = await ReacherProvider(base=base, secret="a secret", web=asks).check('"a b"@example.com')

    assert (found.outcome, found.verdict) == (Outcome.ANSWERED, verdict)
    assert asked == [("/v0/check_email", "a secret", {"to_email": '"a b"@example.com'})]
