"""Tokens are asked for once, renewed in time, and never told to anybody else."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.oauth import OAuthTokens
from mycrm_mail_fetcher.adapters.oauth_post import Answer
from mycrm_mail_fetcher.ports.tokens import Grant, Provider
from tests.support.clock import FakeClock
from tests.support.memory_grants import MemoryGrants

GRANT = Grant(
    provider=Provider.GOOGLE, client_id="our-client", client_secret="our-secret", refresh_token="our-refresh"
)
Said = dict[str, object]
Respond = Callable[[dict[str, str]], Answer]


class Provision:
    """A provider that answers as it is told; it runs in a thread, as the real one."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.grants = MemoryGrants()
        self.tokens = OAuthTokens(clock=self.clock, keeper=self.grants, send=self._send)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answer: Respond = lambda _: self.gives()

    def gives(self, **said: object) -> Answer:
        told: Said = {"access_token": f"token{len(self.asked)}", "expires_in": 3600, **said}
        body = json.dumps({name: value for name, value in told.items() if value is not None})
        return Answer(status=200, body=body.encode())

    def always(self, status: int, body: bytes, *, retry_after: int = 0) -> None:
        self.answer = lambda _: Answer(status=status, body=body, retry_after=retry_after)

    def _send(self, address: str, form: bytes) -> Answer:
        fields = {name: values[0] for name, values in parse_qs(form.decode()).items()}
        self.asked.append((address, fields))
        return self.answer(fields)

    async def fails(self, grant: Grant = GRANT) -> MyCRMError:
        with pytest.raises(MyCRMError) as caught:
            await self.tokens.token(grant)
        return caught.value


@pytest.fixture
def provision() -> Provision:
    return Provision()


async def test_a_token_serves_until_a_minute_before_its_end(provision: Provision) -> None:
    assert await provision.tokens.token(GRANT) == "token1"
    provision.clock.advance(seconds=3539)
    assert await provision.tokens.token(GRANT) == "token1"
    provision.clock.advance(seconds=1)
    assert await provision.tokens.token(GRANT) == "token2"


async def test_who_ask_at_the_same_time_get_the_same_token(provision: Provision) -> None:
    assert set(await asyncio.gather(*(provision.tokens.token(GRANT) for _ in range(5)))) == {"token1"}
    assert len(provision.asked) == 1


async def test_a_refused_token_is_replaced_once_for_all_who_were_refused(provision: Provision) -> None:
    first = await provision.tokens.token(GRANT)
    both = await asyncio.gather(*(provision.tokens.token(GRANT, refused=first) for _ in range(2)))
    assert both == ["token2", "token2"]
    assert await provision.tokens.token(GRANT) == "token2"


async def test_another_grant_has_other_tokens(provision: Provision) -> None:
    assert await provision.tokens.token(GRANT) == "token1"
    assert await provision.tokens.token(replace(GRANT, refresh_token="other")) == "token2"


@pytest.mark.parametrize(
    ("grant", "address", "form"),
    [
        pytest.param(
            GRANT,
            "https://oauth2.googleapis.com/token",
            {"grant_type": "refresh_token", "refresh_token": "our-refresh"},
            id="Google",
        ),
        pytest.param(
            replace(GRANT, provider=Provider.MICROSOFT, tenant="example.com"),
            "https://login.microsoftonline.com/example.com/oauth2/v2.0/token",
            {
                "grant_type": "refresh_token",
                "refresh_token": "our-refresh",
                "scope": "https://outlook.office365.com/IMAP.AccessAsUser.All offline_access",
            },
            id="Microsoft",
        ),
        pytest.param(
            replace(GRANT, provider=Provider.MICROSOFT_CHINA, refresh_token="", tenant="example.cn"),
            "https://login.partner.microsoftonline.cn/example.cn/oauth2/v2.0/token",
            {"grant_type": "client_credentials", "scope": "https://partner.outlook.cn/.default"},
            id="an application in its own name, in China",
        ),
    ],
)
async def test_each_provider_is_asked_in_its_own_way(
    provision: Provision, grant: Grant, address: str, form: dict[str, str]
) -> None:
    await provision.tokens.token(grant)
    assert provision.asked == [(address, {"client_id": "our-client", "client_secret": "our-secret", **form})]


async def test_a_public_client_has_no_secret_to_tell(provision: Provision) -> None:
    await provision.tokens.token(replace(GRANT, client_secret=""))
    assert "client_secret" not in provision.asked[0][1]


async def test_a_newer_refresh_token_is_kept_and_used(provision: Provision) -> None:
    provision.answer = lambda _: provision.gives(refresh_token=f"refresh{len(provision.asked)}")
    for _ in range(3):
        await provision.tokens.token(GRANT)
        provision.clock.advance(hours=1)
    assert [form["refresh_token"] for _, form in provision.asked] == ["our-refresh", "refresh1", "refresh2"]
    assert provision.grants.kept == {GRANT.key: "refresh3"}
    assert "our" not in GRANT.key


async def test_a_kept_refresh_token_that_is_refused_gives_way_to_the_one_that_was_entered(
    provision: Provision,
) -> None:
    await provision.grants.keep(GRANT, refresh_token="kept")
    refusal = Answer(status=400, body=b'{"error": "invalid_grant"}')
    provision.answer = lambda form: refusal if form["refresh_token"] == "kept" else provision.gives()
    assert await provision.tokens.token(GRANT) == "token2"


@pytest.mark.parametrize(
    ("said", "lifetime"), [("3600", 3600), (None, 3600), ("soon", 3600), (10**12, 86_400), ([], 3600)]
)
async def test_odd_lifetimes_are_reasonable_ones(provision: Provision, said: object, lifetime: int) -> None:
    provision.answer = lambda _: provision.gives(expires_in=said)
    await provision.tokens.token(GRANT)
    provision.clock.advance(seconds=lifetime - 61)
    assert await provision.tokens.token(GRANT) == "token1"
    provision.clock.advance(seconds=2)
    assert await provision.tokens.token(GRANT) == "token2"


@pytest.mark.parametrize("said", [0, 59, -5])
async def test_a_token_that_ends_at_once_is_used_once(provision: Provision, said: int) -> None:
    provision.answer = lambda _: provision.gives(expires_in=said)
    assert [await provision.tokens.token(GRANT) for _ in range(2)] == ["token1", "token2"]


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_grant_is_a_refused_login_without_our_secrets(
    provision: Provision, status: int
) -> None:
    words = "invalid_grant: our-refresh of our-secret\nis revoked " + "x" * 900
    provision.always(status, json.dumps({"error": "invalid_grant", "error_description": words}).encode())
    error = await provision.fails()
    assert (error.code, error.kind) == ("mailbox_login_refused", Kind.INVALID)
    assert error.detail.startswith("invalid_grant invalid_grant: *** of *** is revoked xxx")
    assert len(error.detail) <= 300


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (502, b"<html>"),
        (429, b'{"error": "too_many"}'),
        (302, b""),
        (400, b"<html>"),
        (200, b""),
        (200, b"[]"),
        (200, b"[" * 60_000),
        (200, b'{"access_token": 7}'),
        (200, b'{"access_token": ""}'),
        (200, b'{"access_token": "a b"}'),
        (200, b'{"access_token": "a\\u0001auth=Bearer b"}'),
        (200, b"\xff\xfe"),
    ],
)
async def test_an_answer_without_a_token_is_a_passing_trouble(
    provision: Provision, status: int, body: bytes
) -> None:
    provision.always(status, body)
    error = await provision.fails()
    assert (error.code, error.kind) == ("mailbox_unreachable", Kind.UNAVAILABLE)
    assert f"HTTP {status}" in error.detail
    provision.answer = lambda _: provision.gives()
    assert await provision.tokens.token(GRANT) == "token2"


async def test_a_provider_that_wants_a_rest_says_how_long(provision: Provision) -> None:
    provision.always(429, b"", retry_after=120)
    assert "retry after 120 seconds" in (await provision.fails()).detail


@pytest.mark.parametrize("error", [OSError("no route"), TimeoutError("timed out"), ValueError("bad address")])
async def test_a_provider_that_cannot_be_asked_is_unreachable(provision: Provision, error: Exception) -> None:
    def fail(_: dict[str, str]) -> Answer:
        raise error

    provision.answer = fail
    assert (await provision.fails()).code == "mailbox_unreachable"


@pytest.mark.parametrize("tenant", ["", "a/b", "evil.example/x?", "a b", "..%2f", "@host"])
async def test_a_tenant_cannot_lead_elsewhere(provision: Provision, tenant: str) -> None:
    error = await provision.fails(replace(GRANT, provider=Provider.MICROSOFT, tenant=tenant))
    assert error.code == "mailbox_login_refused"
    assert not provision.asked


async def test_google_wants_a_refresh_token(provision: Provision) -> None:
    assert (await provision.fails(replace(GRANT, refresh_token=""))).code == "mailbox_login_refused"


def test_nothing_secret_is_shown() -> None:
    shown = repr(GRANT) + repr(Answer(status=200, body=b"token1"))
    assert not [secret for secret in ("our-secret", "our-refresh", "token1") if secret in shown]
