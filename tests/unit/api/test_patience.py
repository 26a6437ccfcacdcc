"""A work that met another one on the same rows is done again; what is really wrong is told at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import make_mocked_request

from mycrm_api.http.patience import noting
from mycrm_api.http.serving import serve
from mycrm_api.resources.route import Answer, Call, Reply, Route
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import Work


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


@asynccontextmanager
async def _unit() -> AsyncIterator[Work]:
    yield None  # type: ignore[misc]  # nothing is done with it here


@pytest.mark.parametrize(("repeatable", "tries"), [(False, 1), (True, 2)])
async def test_what_has_been_stored_in_part_is_done_again_only_where_the_route_says_so(
    *, repeatable: bool, tries: int
) -> None:
    asked: list[Call] = []
    unit = noting(_unit)

    async def handle(call: Call) -> Answer:
        asked.append(call)
        async with unit():
            pass
        if len(asked) == 1:
            raise _busy()
        return Reply(view=None)

    route = Route(
        method="POST",
        path="/x",
        handle=handle,
        needs=None,
        summary="x",
        status=204,
        repeatable=repeatable,
    )
    if repeatable:
        await serve(route)(make_mocked_request("POST", "/x"))
    else:
        with pytest.raises(MyCRMError, match="database_busy"):
            await serve(route)(make_mocked_request("POST", "/x"))

    assert len(asked) == tries


async def test_what_was_rolled_back_never_was_and_is_done_again() -> None:
    asked: list[Call] = []
    unit = noting(_unit)

    async def handle(call: Call) -> Answer:
        asked.append(call)
        async with unit():
            if len(asked) == 1:
                raise _busy()
        return Reply(view=None)

    route = Route(method="POST", path="/x", handle=handle, needs=None, summary="x", status=204)
    await serve(route)(make_mocked_request("POST", "/x"))

    assert len(asked) == 2
