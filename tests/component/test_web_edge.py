"""The doors of the web: who gets in, what is refused, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mycrm_common.errors import StartError
from tests.component.api_service import ApiClient, api_service

GOOD = {"username": "manager", "password": "a long enough password"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        yield client


async def test_the_first_visit_asks_for_the_first_account_and_signs_it_in(api: ApiClient) -> None:
    before = await api.ask("GET", "/api/v1/setup")
    made = await api.ask("POST", "/api/v1/setup", GOOD)
    after = await api.ask("GET", "/api/v1/setup")
    me = await api.ask("GET", "/api/v1/me")

    assert before[1] == {"needed": True, "code_required": False}
    assert (made[0], made[1]["role"]) == (201, "admin")
    assert after[1]["needed"] is False
    assert me[1]["username"] == "manager"
    assert "password" not in str(made[1])


async def test_only_one_of_many_who_try_at_once_makes_the_first_account(api: ApiClient) -> None:
    tries = [
        api.ask("POST", "/api/v1/setup", {"username": f"manager{number}", "password": GOOD["password"]})
        for number in range(8)
    ]

    answers = await asyncio.gather(*tries)

    assert sorted(status for status, _, _ in answers) == [201] + [409] * 7


async def test_beyond_loopback_the_first_account_needs_the_printed_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with api_service(tmp_path, http_host="0.0.0.0") as api:
        asked = await api.ask("GET", "/api/v1/setup")
        without = await api.ask("POST", "/api/v1/setup", GOOD)
        wrong = await api.ask("POST", "/api/v1/setup", {**GOOD, "code": "guess"})
        printed = capfd.readouterr()
        code = printed.out.strip().rsplit(" ", 1)[-1].rsplit("：", 1)[-1]
        right = await api.ask("POST", "/api/v1/setup", {**GOOD, "code": code})

    assert asked[1] == {"needed": True, "code_required": True}
    assert (without[0], without[1]["code"]) == (403, "setup_code_wrong")
    assert (wrong[0], right[0]) == (403, 201)
    assert code not in printed.err


async def test_the_first_account_can_come_from_the_settings(tmp_path: Path) -> None:
    async with api_service(tmp_path, admin_username="boss", admin_password="a long enough password") as api:
        form = {"username": "boss", "password": "a long enough password"}
        status, said, _ = await api.ask("POST", "/api/v1/session", form)

    assert (status, said["role"]) == (201, "admin")


async def test_a_short_password_in_the_settings_stops_the_start_and_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(StartError) as caught:
        async with api_service(tmp_path, admin_username="boss", admin_password="short"):
            pass

    assert caught.value.values["name"] == "MYCRM_ADMIN_PASSWORD"
    assert "short" not in str(caught.value.values["reason"])


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({"username": "manager", "password": "short"}, "password", "password_short"),
        ({"username": "", "password": "a long enough password"}, "username", "username_invalid"),
        ({"username": "long-enough", "password": "long-enough"}, "password", "password_is_name"),
        ({"password": "a long enough password"}, "username", "field_missing"),
        ({**GOOD, "role": "admin"}, "role", "field_unknown"),
        ({"username": 5, "password": "a long enough password"}, "username", "text_expected"),
    ],
)
async def test_bad_input_names_the_field_and_the_cause(
    api: ApiClient, form: dict[str, object], field: str, code: str
) -> None:
    status, said, headers = await api.ask("POST", "/api/v1/setup", form)

    assert status == 422
    assert (
        headers["Content-Type"] == "application/problem+json; charset=utf-8"
        or "problem" in headers["Content-Type"]
    )
    assert {"field": field, "code": code}.items() <= said["errors"][0].items()


async def test_strangers_get_401_for_everything_else(api: ApiClient) -> None:
    await api.set_up()
    api.session.cookie_jar.clear()

    answers = [await api.ask("GET", path) for path in ("/api/v1/me", "/api/v1/customers", "/api/v1/nothing")]

    assert [(status, said["code"]) for status, said, _ in answers] == [(401, "not_signed_in")] * 3


async def test_signing_in_and_out(api: ApiClient) -> None:
    await api.set_up()
    out = await api.ask("DELETE", "/api/v1/session", headers={"Origin": api.url})
    gone = await api.ask("GET", "/api/v1/me")
    wrong = await api.ask("POST", "/api/v1/session", {**GOOD, "password": "another one"})
    back = await api.ask("POST", "/api/v1/session", GOOD)
    me = await api.ask("GET", "/api/v1/me")

    assert (out[0], gone[0], wrong[0], wrong[1]["code"]) == (204, 401, 401, "sign_in_refused")
    assert (back[0], me[0]) == (201, 200)
    cookie = back[2]["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_a_session_that_was_ended_cannot_be_used_again(api: ApiClient) -> None:
    await api.set_up()
    token = next(cookie.value for cookie in api.session.cookie_jar)
    await api.ask("DELETE", "/api/v1/session", headers={"Origin": api.url})

    status, _, _ = await api.ask("GET", "/api/v1/me", headers={"Cookie": f"mycrm_session={token}"})

    assert status == 401


async def test_guessing_is_slowed_after_ten_failures_and_says_for_how_long(api: ApiClient) -> None:
    await api.set_up()
    guesses = [
        await api.ask("POST", "/api/v1/session", {**GOOD, "password": f"guess {number}"})
        for number in range(11)
    ]
    other = await api.ask("POST", "/api/v1/session", {"username": "somebody", "password": "else"})

    assert [status for status, _, _ in guesses] == [401] * 10 + [429]
    assert 1 <= int(guesses[-1][2]["Retry-After"]) <= 61
    assert other[0] == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_a_write_with_the_cookie_must_come_from_this_page(
    api: ApiClient, headers: dict[str, str], status: int
) -> None:
    await api.set_up()

    answered, _, _ = await api.ask("PATCH", "/api/v1/me", {"language": "zh-CN"}, headers=headers)

    assert answered == status


async def test_a_write_from_this_page_is_known_by_its_origin(api: ApiClient) -> None:
    await api.set_up()

    status, said, _ = await api.ask("PATCH", "/api/v1/me", {"language": "zh-CN"}, headers={"Origin": api.url})

    assert (status, said["language"]) == (200, "zh-CN")


async def test_bodies_that_are_not_json_are_refused(api: ApiClient) -> None:
    own = {"Origin": api.url}
    form = await api.ask("POST", "/api/v1/session", headers=own, raw=b"username=a&password=b")
    broken = await api.ask(
        "POST", "/api/v1/session", headers={**own, "Content-Type": "application/json"}, raw=b'{"username": '
    )
    deep = await api.ask(
        "POST", "/api/v1/session", headers={**own, "Content-Type": "application/json"}, raw=b"[" * 20_000
    )
    constant = await api.ask(
        "POST",
        "/api/v1/session",
        headers={**own, "Content-Type": "application/json"},
        raw=b'{"username": NaN}',
    )

    assert (form[0], form[1]["code"]) == (415, "media_type_unsupported")
    assert [answer[0] for answer in (broken, deep, constant)] == [400] * 3


async def test_every_answer_carries_the_security_headers(api: ApiClient) -> None:
    answers = [await api.ask("GET", path) for path in ("/api/v1/setup", "/api/v1/me", "/livez", "/docs")]

    for _, _, headers in answers:
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_health_and_description_are_open(api: ApiClient) -> None:
    answers = [
        await api.ask("GET", path)
        for path in ("/livez", "/readyz", "/openapi.json", "/docs", "/docs/style.css")
    ]

    assert [status for status, _, _ in answers] == [200] * 5


async def test_figures_are_for_admins_and_tell_what_waits(api: ApiClient) -> None:
    stranger = await api.ask("GET", "/metrics")
    await api.set_up()
    status, text, headers = await api.ask("GET", "/metrics")
    ready = await api.ask("GET", "/readyz?verbose")

    assert stranger[0] == 401
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/plain")
    assert "mycrm_outbox_pending 0.0" in text
    assert "mycrm_bus_up 1.0" in text
    assert ready[1]["outbox"]["pending"] == 0


async def test_a_port_in_use_stops_the_start_with_its_name(tmp_path: Path) -> None:
    async with api_service(tmp_path) as api:
        port = int(api.url.rsplit(":", 1)[1])
        (tmp_path / "second").mkdir()
        with pytest.raises(StartError) as caught:
            async with api_service(tmp_path / "second", http_port=port):
                pass

    assert caught.value.code == "port_unusable"
    assert caught.value.values["port"] == port
