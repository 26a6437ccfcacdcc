"""Every address of the API has a role, and no write is open to those who may only read."""

import pytest

from mycrm_api.domain.roles import Role
from mycrm_api.resources.route import Route
from mycrm_api.service import described as every_route

OPEN = {("GET", "/setup"), ("POST", "/setup"), ("POST", "/session"), ("DELETE", "/session")}
# What people do for themselves.
OWN = {("PATCH", "/me")}


def test_only_setup_and_session_are_open_to_strangers() -> None:
    assert {(route.method, route.path) for route in every_route() if route.needs is None} == OPEN


@pytest.mark.parametrize(
    "route", [route for route in every_route() if route.method != "GET"], ids=lambda r: f"{r.method} {r.path}"
)
def test_a_viewer_writes_nothing(route: Route) -> None:
    if (route.method, route.path) in OPEN | OWN:
        return

    assert route.needs is not None
    assert not Role.VIEWER.includes(route.needs)


def test_every_address_stands_once() -> None:
    addresses = [(route.method, route.path) for route in every_route()]

    assert len(addresses) == len(set(addresses))
