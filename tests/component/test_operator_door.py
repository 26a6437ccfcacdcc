"""The socket in the data folder: whoever can open it acts as the operator, and nobody else ever does."""

import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from mycrm_common.db.tables.customers import deleted_customers
from mycrm_common.errors import StartError
from mycrm_common.unix_socket import is_answered, listening_socket, short_name
from tests.component.api_service import ApiClient, api_service

API = "/api/v1"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        yield client


@asynccontextmanager
async def _through(path: Path) -> AsyncIterator[ApiClient]:
    """A client of the API that comes in by a socket file."""
    with short_name(path) as name:
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(name)) as session:
            nothing: Any = None
            yield ApiClient("http://localhost", session, runtime=nothing)


@pytest.fixture
async def operator(api: ApiClient, tmp_path: Path) -> AsyncIterator[ApiClient]:
    del api  # It only has to run.
    async with _through(tmp_path / "data/mycrm.sock") as client:
        yield client


async def test_who_comes_in_by_the_socket_is_the_operator_with_an_admins_rights(operator: ApiClient) -> None:
    status, me, _ = await operator.ask("GET", f"{API}/me")

    assert (status, me["username"], me["role"]) == (200, "operator", "admin")
    assert (await operator.ask("GET", f"{API}/events/parked"))[0] == 200


async def test_the_history_tells_what_the_operator_did(api: ApiClient, operator: ApiClient) -> None:
    status, customer, _ = await operator.ask("POST", f"{API}/customers", {"email": "buyer@example.com"})
    assert status == 201
    assert (await operator.ask("DELETE", f"{API}/customers/{customer['id']}"))[0] == 204

    async with api.runtime.database.reading() as reading:
        rows = await reading.connection.execute(select(deleted_customers.c.deleted_by))
        assert [row.deleted_by for row in rows] == ["operator"]


async def test_the_operator_has_no_account_that_could_be_changed(operator: ApiClient) -> None:
    status, said, _ = await operator.ask("PATCH", f"{API}/me", {"language": "en"})

    assert (status, said["code"]) == (403, "account_missing")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost"},
        {"Cookie": "mycrm_session=operator"},
        {"Authorization": "Bearer operator"},
        {"X-Forwarded-For": "unix:", "X-Remote-User": "operator", "Forwarded": "for=unix:"},
    ],
    ids=str,
)
async def test_nobody_who_comes_in_by_the_port_is_the_operator(
    api: ApiClient, headers: dict[str, str]
) -> None:
    for path in ("/me", "/events/parked", "/customers"):
        status, said, _ = await api.ask("GET", API + path, headers=headers)
        assert (status, said["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("name", ["operator", "Operator", " OPERATOR "])
async def test_no_account_can_be_called_like_the_operator(api: ApiClient, name: str) -> None:
    form = {"username": name, "password": "a long enough password"}

    status, said, _ = await api.ask("POST", f"{API}/setup", form)

    assert (status, said["code"]) == (422, "account_invalid")


async def test_the_socket_and_its_folder_are_for_their_owner_alone(api: ApiClient, tmp_path: Path) -> None:
    del api
    path = tmp_path / "data/mycrm.sock"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [left.name for left in path.parent.iterdir() if "sock" in left.name] == ["mycrm.sock"]


async def test_the_socket_is_gone_after_an_orderly_end(tmp_path: Path) -> None:
    async with api_service(tmp_path):
        assert is_answered(tmp_path / "data/mycrm.sock")

    assert not (tmp_path / "data/mycrm.sock").exists()


def _killed(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left, short_name(path) as name:
        left.bind(name)
        left.listen()


@pytest.mark.parametrize("leave", [_killed, Path.touch], ids=["socket", "file"])
async def test_what_a_killed_process_left_is_replaced(tmp_path: Path, leave: Any) -> None:
    path = tmp_path / "data/mycrm.sock"
    path.parent.mkdir(mode=0o700)
    leave(path)
    leave(path.with_name("mycrm.sock.new"))

    async with api_service(tmp_path), _through(path) as operator:
        assert (await operator.ask("GET", f"{API}/me"))[0] == 200


def test_a_socket_that_somebody_answers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mycrm.sock"
    with listening_socket(path):
        with pytest.raises(StartError) as caught, listening_socket(path):
            pass
        assert caught.value.code == "socket_in_use"
        assert is_answered(path)


def test_a_folder_where_no_socket_can_be_made_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(StartError) as caught, listening_socket(tmp_path / "missing/mycrm.sock"):
        pass

    assert caught.value.code == "socket_unusable"
    assert "No such file" in str(caught.value)


def test_an_end_leaves_the_socket_of_whoever_came_after(tmp_path: Path) -> None:
    path = tmp_path / "mycrm.sock"
    with listening_socket(path):
        path.unlink()
        _killed(path)

    assert path.exists()


async def test_a_path_longer_than_a_sockets_address_serves_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ("a folder with a long name " * 6)
    folder.mkdir()
    assert len(str(folder)) > 107

    async with api_service(folder), _through(folder / "data/mycrm.sock") as operator:
        assert (await operator.ask("GET", f"{API}/me"))[1]["username"] == "operator"
