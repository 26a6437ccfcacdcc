"""Named places to die at."""

import os

import pytest

from mycrm_common.crash import CrashPoints


class Died(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        raise Died

    monkeypatch.setattr(os, "_exit", end)
    return codes


def test_without_a_wish_every_place_is_passed(deaths: list[int]) -> None:
    points = CrashPoints()
    for name in ("relay.published", "unit.committed"):
        points.reach(name)

    assert deaths == []


def test_the_process_dies_at_its_place_as_if_it_had_been_killed(deaths: list[int]) -> None:
    points = CrashPoints("relay.published")
    points.reach("relay.claimed")
    with pytest.raises(Died):
        points.reach("relay.published")

    assert deaths == [137]


def test_a_number_says_at_which_visit(deaths: list[int]) -> None:
    points = CrashPoints("relay.published:3")
    for name in ("relay.published", "relay.claimed", "relay.published"):
        points.reach(name)
    assert deaths == []

    with pytest.raises(Died):
        points.reach("relay.published")
    assert deaths == [137]
