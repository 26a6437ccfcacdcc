"""What nobody means well by: malformed, oversized, forged and misdirected requests, over raw sockets where needed.

Each test is one cause. The answer is always a problem that says what is wrong, never a fault inside.
"""

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mycrm_api.domain.customers import MOST_COMMENT
from mycrm_api.http import serving
from mycrm_common.db.tables.logs import logs
from tests.component.api_service import ApiClient, api_service
from tests.component.bare_requests import API, JSON, converse, port_of, request_of

SECRET = "nobody-may-read-this"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    """The service with a page of two files, and a secret beside the page's folder."""
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>the page", encoding="utf-8")
    (page / "assets/app.js").write_text("run()", encoding="utf-8")
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    (page / "link.txt").symlink_to(tmp_path / "secret.txt")
    async with api_service(tmp_path, web_dir=page) as client:
        yield client


@pytest.fixture
async def owner(api: ApiClient) -> ApiClient:
    """The service, with somebody signed in whose writes come from the page."""
    await api.set_up()
    api.session.headers["Origin"] = api.url
    return api


async def logged(api: ApiClient, action: str) -> list[Any]:
    """Return the log's lines of that action, those that are not written yet included."""
    async with api.runtime.database.reading() as reading:
        written = list(await reading.connection.execute(select(logs).where(logs.c.action == action)))
    return [*written, *(line for line in api.runtime.shelf.take() if line.action == action)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps({"email": "a@example.com"}).encode("utf-16"), id="utf-16"),
        pytest.param(b'{"email": "a@example.com", "email": "b@example.com"}', id="a field twice"),
        pytest.param(b'{"email": "a@example.com", "importance": ' + b"9" * 5_000 + b"}", id="endless number"),
        pytest.param(b'{"email": "a@example.com", "name": "\xff"}', id="broken utf-8"),
        pytest.param(
            b"{" + b",".join(b'"f%d":1' % number for number in range(5_000)) + b"}", id="many fields"
        ),
        pytest.param(b'{"email": ' * 20_000, id="deep"),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_bodies_that_are_no_plain_json_are_unreadable(owner: ApiClient, body: bytes) -> None:
    status, said, _ = await owner.ask("POST", f"{API}/customers", headers=JSON, raw=body)

    assert (status, said["code"]) == (400, "body_unreadable")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ('"name": "\\ud800"', "text_expected"),
        ('"name": "a\\u0000b"', "text_unprintable"),
        ('"importance": 1e400', "number_expected"),
        ('"importance": ' + "9" * 400, "number_large"),
        ('"importance": true', "number_expected"),
        ('"valid": true', "number_expected"),
        ('"id": 7', "field_read_only"),
        ('"\\ud800": 1', "text_expected"),
    ],
)
async def test_values_that_no_database_should_meet_are_named(
    owner: ApiClient, fields: str, code: str
) -> None:
    body = f'{{"email": "a@example.com", {fields}}}'.encode()

    status, said, _ = await owner.ask("POST", f"{API}/customers", headers=JSON, raw=body)

    assert (status, said["errors"][0]["code"]) == (422, code)


async def test_a_stranger_cannot_make_the_server_read_much(api: ApiClient) -> None:
    body = b'{"username": "' + b"a" * 100_000 + b'"}'

    status, said, _ = await api.ask("POST", f"{API}/session", headers=JSON, raw=body)

    assert (status, said["code"]) == (413, "body_too_large")


async def test_ten_megabytes_in_a_field_are_refused_and_nobody_is_added(owner: ApiClient) -> None:
    body = BytesIO(b'{"email": "a@example.com", "name": "' + b"a" * 10_000_000 + b'"}')

    async with owner.session.post(f"{owner.url}{API}/customers", data=body, headers=JSON) as response:
        said = await response.json()

    assert (response.status, said["code"]) == (413, "body_too_large")
    assert (await owner.ask("GET", f"{API}/customers"))[1]["total"] == 0


async def test_a_long_comment_in_any_script_is_not_too_large(owner: ApiClient) -> None:
    comment = "\N{GRINNING FACE}" * MOST_COMMENT
    body = BytesIO(json.dumps({"email": "a@example.com", "comment": comment}).encode())

    async with owner.session.post(f"{owner.url}{API}/customers", data=body, headers=JSON) as response:
        said = await response.json()

    assert (response.status, said["comment"]) == (201, comment)


async def test_a_compressed_body_cannot_unfold_without_end(api: ApiClient) -> None:
    headers = {**JSON, "Content-Encoding": "deflate"}

    status, said, _ = await api.ask(
        "POST", f"{API}/session", headers=headers, raw=zlib.compress(b" " * 20_000_000)
    )

    assert (status, said["code"]) == (413, "body_too_large")


async def test_a_broken_compression_is_the_callers_fault(api: ApiClient) -> None:
    raw = request_of(
        f"POST {API}/session HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "Content-Encoding: gzip",
        body=b"this is no gzip",
    )

    status, _, body = await converse(api, raw)

    assert (status, json.loads(body)["code"]) == (400, "body_unreadable")
    assert await logged(api, "request.failed") == []


async def test_a_body_that_never_ends_is_given_up(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_PATIENCE_SECONDS", 0.2)
    head = f"POST {API}/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

    status, _, body = await converse(
        api, f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode()
    )

    assert (status, json.loads(body)["code"]) == (400, "body_unreadable")


async def test_a_caller_who_hangs_up_leaves_no_fault_in_the_log(api: ApiClient) -> None:
    head = f"POST {API}/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(api))
        writer.write(head.encode())
        await writer.drain()
        writer.transport.abort()

    assert (await api.ask("GET", f"{API}/setup"))[0] == 200
    assert await logged(api, "request.failed") == []


async def test_a_verb_that_an_address_does_not_know_is_told_which_it_knows(owner: ApiClient) -> None:
    status, said, headers = await owner.ask("POST", f"{API}/me", {})
    unknown = await owner.ask("POST", f"{API}/nothing", {})
    owner.session.cookie_jar.clear()
    stranger = await owner.ask("POST", f"{API}/me", {})

    assert (status, said["code"]) == (405, "method_not_allowed")
    assert headers["Allow"] == "GET,HEAD,PATCH"
    assert (unknown[0], stranger[0]) == (404, 401)


async def test_an_address_that_takes_no_body_takes_no_text_either(owner: ApiClient) -> None:
    with_text = await owner.ask(
        "POST", f"{API}/mailbox/sync", headers={"Content-Type": "text/plain"}, raw=b"x"
    )
    without = await owner.ask("POST", f"{API}/mailbox/sync")

    assert (with_text[0], with_text[1]["code"]) == (415, "media_type_unsupported")
    assert without[1]["code"] == "mailbox_not_configured"


@pytest.mark.parametrize("path", ["/me", "/customers", "/settings"])
async def test_head_is_answered_as_get_without_a_body(owner: ApiClient, path: str) -> None:
    got = await owner.ask("GET", API + path)
    async with owner.session.head(owner.url + API + path) as response:
        assert (response.status, await response.read()) == (got[0], b"")
        assert response.headers["Content-Length"] == got[2]["Content-Length"]
    owner.session.cookie_jar.clear()
    async with owner.session.head(owner.url + API + path) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api", 401), ("/api/", 401), ("/api/v1", 401), ("/api/v2/me", 401), ("/api/v1/", 401)],
)
async def test_the_page_is_no_answer_to_a_misspelt_address_of_the_api(
    api: ApiClient, path: str, status: int
) -> None:
    stranger = await api.ask("GET", path)
    await api.set_up()
    known = await api.ask("GET", path)

    assert (stranger[0], stranger[1]["code"]) == (status, "not_signed_in")
    assert (known[0], known[1]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "//secret.txt",
        "/%2fetc%2fpasswd",
        "/link.txt",
        "/a%00b",
        "/assets/%00",
        "/" + "a" * 300,
        "/" + "a/" * 3_000,
        "/%ff%fe",
    ],
)
async def test_no_address_leads_out_of_the_pages_folder(api: ApiClient, path: str) -> None:
    status, head, body = await converse(api, request_of(f"GET {path} HTTP/1.1", "Host: 127.0.0.1"))

    assert status in {200, 404}
    assert SECRET not in body
    assert "root:" not in body
    assert "the page" in body or "application/problem+json" in head


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer " + SECRET.encode() + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + SECRET.encode() * 1_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + SECRET.encode() * 1_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["garbage", "secret header", "long cookie", "no host", "long address", "two lengths"],
)
async def test_what_is_not_http_is_refused_and_told_neither_to_the_console_nor_back(
    api: ApiClient, caplog: pytest.LogCaptureFixture, request_bytes: bytes
) -> None:
    status, head, body = await converse(api, request_bytes)

    assert (status, json.loads(body)["code"]) == (400, "http_malformed")
    assert "application/problem+json" in head
    assert SECRET not in body
    assert caplog.records == []


async def test_old_http_is_answered_all_the_same(api: ApiClient) -> None:
    status, head, body = await converse(api, f"GET {API}/me HTTP/1.0\r\n\r\n".encode())

    assert (status, json.loads(body)["code"]) == (401, "not_signed_in")
    assert "application/problem+json" in head


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 30, "-1", "1%00", "%D9%A1", "0x1", "1.0"])
async def test_ids_that_are_none_are_not_found(owner: ApiClient, number: str) -> None:
    answers = [
        await owner.ask("GET", f"{API}/customers/{number}"),
        await owner.ask("GET", f"{API}/messages/{number}/body"),
    ]

    assert [(status, said["code"]) for status, said, _ in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    "keys",
    [
        ["a", 2**63],
        ["\ud800", 1],
        ["a", None],
        ["a", True],
        ["a", 1.5],
        [["a"], 1],
        ["a"],
        ["a" * 5_000, 1],
        {},
    ],
)
async def test_a_forged_cursor_is_refused(owner: ApiClient, keys: object) -> None:
    for name in ("a", "b"):
        await owner.ask("POST", f"{API}/customers", {"email": f"{name}@example.com"})
    page = (await owner.ask("GET", f"{API}/customers?limit=1"))[1]
    told = json.loads(base64.urlsafe_b64decode(page["next_cursor"] + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(told | {"keys": keys}).encode()).decode().rstrip("=")

    status, said, _ = await owner.ask("GET", f"{API}/customers?cursor={forged}")

    assert (status, said["code"]) == (422, "cursor_invalid")


@pytest.mark.parametrize("sought", ["%25", "_", "%5C"])
async def test_wildcards_are_sought_as_they_stand(owner: ApiClient, sought: str) -> None:
    owner.runtime.log.bind(service="api").error("a.line", text="plain")

    async with asyncio.timeout(10):
        while not (await owner.ask("GET", f"{API}/logs/api"))[1]["items"]:  # noqa: ASYNC110 - another process's row
            await asyncio.sleep(0.05)
    status, said, _ = await owner.ask("GET", f"{API}/logs/api?q={sought}")

    assert (status, said["items"]) == (200, [])
