"""What others rely on: a field of a released event is never removed, retyped or newly required."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from tools.release_events import RELEASED, all_breaks, contracts, released, written

TYPES = sorted(released())
Data = dict[str, Any]


def _fields() -> Iterator[Any]:
    for name in TYPES:
        for field in sorted(released()[name]["properties"]["data"]["properties"]):
            yield pytest.param(name, field, id=f"{name} {field}")


def _after(name: str, change: Callable[[Data], object]) -> list[str]:
    """Return what a change of today's event breaks."""
    today = deepcopy(contracts())
    change(today[name]["properties"]["data"])
    return all_breaks(today, released()).get(name, [])


def test_no_released_event_breaks_those_who_rely_on_it() -> None:
    assert all_breaks(contracts(), released()) == {}


def test_the_released_contracts_are_as_the_tool_writes_them() -> None:
    assert TYPES
    for name, contract in released().items():
        assert (RELEASED / f"{name}.json").read_text(encoding="utf-8") == written(contract)


def test_an_event_that_is_told_no_more_is_found() -> None:
    today = contracts()
    del today["customer.updated.v1"]

    assert all_breaks(today, released()) == {"customer.updated.v1": ["customer.updated.v1: is told no more"]}


@pytest.mark.parametrize(("name", "field"), list(_fields()))
def test_a_removed_field_is_found(name: str, field: str) -> None:
    def remove(data: Data) -> None:
        del data["properties"][field]
        data["required"] = [other for other in data.get("required", []) if other != field]

    assert _after(name, remove) == [f"{name}.data.{field}: was removed"]


@pytest.mark.parametrize(("name", "field"), list(_fields()))
def test_a_retyped_field_is_found(name: str, field: str) -> None:
    def retype(data: Data) -> None:
        data["properties"][field] = {"type": "boolean", "const": True}

    found = _after(name, retype)

    assert found
    assert all(line.startswith(f"{name}.data.{field}: ") for line in found)


@pytest.mark.parametrize("name", TYPES)
def test_a_newly_required_field_is_found_whether_it_is_new_or_was_there(name: str) -> None:
    def require_new(data: Data) -> None:
        data["properties"]["new"] = {"type": "string"}
        data["required"] = [*data.get("required", []), "new"]

    assert any("new: must be there now" in line for line in _after(name, require_new))
    optional = set(contracts()[name]["properties"]["data"]["properties"]) - set(
        contracts()[name]["properties"]["data"].get("required", [])
    )
    for field in optional:

        def require(data: Data, field: str = field) -> None:
            data["required"] = [*data.get("required", []), field]

        assert any(f"{field}: must be there now" in line for line in _after(name, require))


@pytest.mark.parametrize("name", TYPES)
def test_a_field_that_need_not_be_there_any_more_is_found(name: str) -> None:
    for field in contracts()[name]["properties"]["data"].get("required", []):

        def release(data: Data, field: str = field) -> None:
            data["required"] = [other for other in data["required"] if other != field]

        assert any(f"{field}: was always there" in line for line in _after(name, release))


@pytest.mark.parametrize("name", TYPES)
def test_a_field_that_is_added_breaks_nobody(name: str) -> None:
    def add(data: Data) -> None:
        data["properties"]["new"] = {"type": "string"}

    assert _after(name, add) == []


def test_the_kind_of_what_a_list_holds_is_a_part_of_its_type() -> None:
    def retype(data: Data) -> None:
        data["properties"]["changed"]["items"] = {"type": "integer"}

    assert _after("customer.updated.v1", retype)
