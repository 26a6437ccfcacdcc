"""A work that met another one on the same rows is done again; what is really wrong is told at once."""

import pytest
from aiohttp.test_utils import make_mocked_request

from mycrm_api.http.serving import serve
from mycrm_api.resources.route import Answer, Call, Reply, Route
from mycrm_common.errors import Kind, MyCRMError


def _route(failures: list[MyCRMError], asked: list[Call]) -> Route:
    async def handle(call: Call) -> Answer:
        asked.append(call)
        if failures:
            raise failures.pop(0)
        return Reply(view=None)

    return Route(method="GET", path="/x", handle=handle, needs=None, summary="x", status=204)


def _busy() -> MyCRMError:
    return MyCRMError("database_busy", Kind.UNAVAILABLE)


async def test_a_deadlock_is_tried_again() -> None:
    asked: list[Call] = []

    answer = await serve(_route([_busy(), _busy()], asked))(make_mocked_request("GET", "/x"))

    assert (answer.status, len(asked)) == (204, 3)


async def test_it_is_given_up_in_the_end() -> None:
    asked: list[Call] = []

    with pytest.raises(MyCRMError, match="database_busy"):
        await serve(_route([_busy() for _ in range(9)], asked))(make_mocked_request("GET", "/x"))

    assert len(asked) == 4


async def test_other_errors_are_told_at_once() -> None:
    asked: list[Call] = []
    error = MyCRMError("customer_not_found", Kind.NOT_FOUND)

    with pytest.raises(MyCRMError, match="customer_not_found"):
        await serve(_route([error], asked))(make_mocked_request("GET", "/x"))

    assert len(asked) == 1
