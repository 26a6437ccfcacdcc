"""Who tries the doors: foreign origins, other names for this machine, chosen sessions, guesses that cost."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mycrm_api.adapters.passwords import Argon2Passwords
from tests.component.api_service import ApiClient, api_service
from tests.component.bare_requests import API, GOOD, converse, cookie_of, request_of


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        yield client


@pytest.fixture
async def owner(api: ApiClient) -> ApiClient:
    """The service, with somebody signed in whose writes come from the page."""
    await api.set_up()
    api.session.headers["Origin"] = api.url
    return api


@pytest.mark.parametrize(
    "headers",
    [
        ("Host: 127.0.0.1:80", "Origin: http://["),
        ("Host: 127.0.0.1:80", "Origin: //127.0.0.1:80"),
        ("Host: 127.0.0.1:80", "Origin: evil://127.0.0.1:80"),
        ("Host: 127.0.0.1:80", "Origin: http://127.0.0.1:80@elsewhere.example"),
        ("Host: 127.0.0.1:80", "Origin: http://127.0.0.1"),
        ("Host: 127.0.0.1:80", "Origin: http://127.0.0.1:80.elsewhere.example"),
        ("Host: 127.0.0.1:80", "Origin: "),
        ("Host: ", "Origin: null"),
        ("Host: ", "Origin: http://"),
        ("Host: 127.0.0.1:80", "Sec-Fetch-Site: none"),
    ],
)
async def test_an_origin_that_is_not_exactly_ours_is_foreign(
    owner: ApiClient, headers: tuple[str, str]
) -> None:
    request = request_of(
        f"PATCH {API}/me HTTP/1.1",
        *headers,
        "Content-Type: application/json",
        f"Cookie: {cookie_of(owner)}",
        body=b"{}",
    )

    status, _, body = await converse(owner, request)

    assert (status, json.loads(body)["code"]) == (403, "origin_foreign")


async def test_a_stranger_from_elsewhere_is_a_stranger_first(api: ApiClient) -> None:
    foreign = {"Origin": "https://elsewhere.example"}

    write = await api.ask("POST", f"{API}/customers", {"email": "a@example.com"}, headers=foreign)
    door = await api.ask("POST", f"{API}/session", GOOD, headers=foreign)

    assert (write[0], write[1]["code"]) == (401, "not_signed_in")
    assert (door[0], door[1]["code"]) == (403, "origin_foreign")


async def test_a_session_that_somebody_else_chose_is_not_taken_over(api: ApiClient) -> None:
    await api.set_up()
    api.session.cookie_jar.clear()
    chosen = "a-token-that-an-attacker-knows"

    _, _, headers = await api.ask(
        "POST", f"{API}/session", GOOD, headers={"Cookie": f"mycrm_session={chosen}"}
    )
    api.session.cookie_jar.clear()
    taken = await api.ask("GET", f"{API}/me", headers={"Cookie": f"mycrm_session={chosen}"})

    assert chosen not in headers["Set-Cookie"]
    assert taken[0] == 401


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "[::1].example", ""])
async def test_a_page_elsewhere_cannot_make_the_first_account_on_this_machine(
    api: ApiClient, host: str
) -> None:
    # A name that somebody lets point to 127.0.0.1 (DNS rebinding), or a proxy that lets the world in.
    body = json.dumps(GOOD).encode()
    headers = (f"Host: {host}", f"Origin: http://{host}", "Content-Type: application/json")

    status, _, said = await converse(api, request_of(f"POST {API}/setup HTTP/1.1", *headers, body=body))

    assert status == 403
    assert json.loads(said)["code"] in {"setup_not_local", "origin_foreign"}
    assert (await api.ask("GET", f"{API}/setup"))[1]["needed"] is True


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080"])
async def test_this_machine_may_make_the_first_account_by_any_of_its_own_names(
    api: ApiClient, host: str
) -> None:
    body = json.dumps(GOOD).encode()
    headers = (f"Host: {host}", f"Origin: http://{host.lower()}", "Content-Type: application/json")

    status, _, _ = await converse(api, request_of(f"POST {API}/setup HTTP/1.1", *headers, body=body))

    assert status == 201


async def test_a_set_up_that_is_over_or_has_the_wrong_code_costs_no_hashing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    really = Argon2Passwords.hash

    async def watched(self: Argon2Passwords, password: str) -> str:
        hashed.append(password)
        return await really(self, password)

    monkeypatch.setattr(Argon2Passwords, "hash", watched)
    (tmp_path / "local").mkdir()
    async with api_service(tmp_path / "local") as api:
        await api.set_up()
        hashed.clear()
        over = await api.ask("POST", f"{API}/setup", GOOD, headers={"Origin": api.url})
    (tmp_path / "open").mkdir()
    async with api_service(tmp_path / "open", http_host="0.0.0.0") as api:
        wrong = await api.ask("POST", f"{API}/setup", {**GOOD, "code": "guess"})

    assert (over[0], wrong[0], hashed) == (409, 403, [])


async def test_behind_a_proxy_that_speaks_https_the_cookie_never_leaves_it(api: ApiClient) -> None:
    await api.set_up()
    api.session.cookie_jar.clear()
    page = {"Origin": api.url.replace("http://", "https://")}

    _, _, given = await api.ask("POST", f"{API}/session", GOOD, headers=page)
    cookie = given["Set-Cookie"].split(";")[0]
    api.session.cookie_jar.clear()
    both = {**page, "Cookie": f"mycrm_session=planted; {cookie}"}
    known = await api.ask("GET", f"{API}/me", headers=both)
    _, _, taken = await api.ask("DELETE", f"{API}/session", headers={**page, "Cookie": cookie})
    gone = await api.ask("GET", f"{API}/me", headers=both)

    assert cookie.startswith("__Host-mycrm_session=")
    for sent in (given["Set-Cookie"], taken["Set-Cookie"]):
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))
        assert "Domain" not in sent
    assert (known[0], gone[0]) == (200, 401)
