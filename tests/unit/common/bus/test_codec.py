"""Events to bytes and back."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mycrm_common.bus.codec import event_of, seal, unseal
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.events.messages import MessageStored
from mycrm_common.events.registry import Event
from tests.support.events import AT, sealed, some_event

UPDATED = CustomerUpdated(customer_id=7, email="王@example.cn", version=3, changed=("name",))


def _refused(body: bytes) -> MyCRMError:
    with pytest.raises(MyCRMError) as caught:
        event_of(unseal(body))
    assert (caught.value.code, caught.value.kind) == ("event_unreadable", Kind.INVALID)
    assert caught.value.detail
    return caught.value


@given(some_event(), st.datetimes(timezones=st.just(UTC)))
@settings(deadline=None)
def test_what_was_sealed_is_read_as_it_was(event: Event, at: datetime) -> None:
    envelope = sealed(event, at=max(at, datetime(1970, 1, 1, tzinfo=UTC)))

    assert unseal(envelope.body) == envelope
    assert event_of(unseal(envelope.body)) == event


def test_an_envelope_is_a_cloud_event_with_readable_chinese() -> None:
    envelope = seal(UPDATED, event_id="e1", service="api", at=AT, correlation_id="c1")

    assert "王@example.cn".encode() in envelope.body
    assert json.loads(envelope.body) == {
        "specversion": "1.0",
        "id": "e1",
        "type": "customer.updated.v1",
        "source": "/mycrm/api",
        "subject": "7",
        "time": "2026-03-02T09:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "customer_id": 7,
            "email": "王@example.cn",
            "previous_email": None,
            "version": 3,
            "changed": ["name"],
        },
        "correlationid": "c1",
    }


def _with(**changes: Any) -> bytes:
    said = json.loads(sealed(UPDATED).body)
    return json.dumps({key: value for key, value in (said | changes).items() if value is not ...}).encode()


def _with_data(**changes: Any) -> bytes:
    data = json.loads(sealed(UPDATED).body)["data"] | changes
    return _with(data={key: value for key, value in data.items() if value is not ...})


def test_fields_that_nobody_here_knows_are_passed_over() -> None:
    assert event_of(unseal(_with(traceparent="00-1", extension=[1]))) == UPDATED
    assert event_of(unseal(_with_data(added_later={"deep": [1]}))) == UPDATED


def test_a_field_with_a_default_may_be_missing() -> None:
    assert event_of(unseal(_with_data(previous_email=...))) == UPDATED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customer_id", ...),
        ("customer_id", "7"),
        ("customer_id", 7.5),
        ("customer_id", None),
        ("customer_id", True),
        ("email", ...),
        ("email", 7),
        ("version", [3]),
        ("changed", "name"),
        ("changed", ["name", 1]),
        ("previous_email", {}),
    ],
)
def test_a_field_that_is_missing_or_of_another_type_is_unreadable_and_named(name: str, value: Any) -> None:
    assert name in _refused(_with_data(**{name: value})).detail


def test_a_moment_that_is_none_is_unreadable() -> None:
    said = json.loads(
        sealed(MessageStored(message_id=1, type="receive", date=AT, sender_address="", addresses=())).body
    )
    said["data"]["date"] = "yesterday"

    assert "date" in _refused(json.dumps(said).encode()).detail


@pytest.mark.parametrize(
    "changes",
    [
        {"specversion": "0.3"},
        {"specversion": ...},
        {"id": ...},
        {"id": ""},
        {"id": 7},
        {"id": "x" * 37},
        {"id": "ключ"},
        {"id": "a\nb"},
        {"type": ...},
        {"type": "t" * 81},
        {"type": "customer.unheard_of.v1"},
        {"source": None},
        {"time": "soon"},
        {"time": "2026-01-01T00:00:00"},
        {"time": 1},
        {"data": ...},
        {"data": []},
        {"data": "text"},
    ],
    ids=str,
)
def test_an_envelope_that_breaks_the_form_is_unreadable(changes: dict[str, Any]) -> None:
    _refused(_with(**changes))


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b"{", b"\xff\xfe", b"[" * 100_000, b'{"specversion":"1.0","data":{}}'],
    ids=range(8),
)
def test_bytes_that_are_no_cloud_event_are_unreadable(body: bytes) -> None:
    _refused(body)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        unseal(body)
    except MyCRMError as error:
        assert error.code == "event_unreadable"  # noqa: PT017 - most bytes raise, some may not


@pytest.mark.parametrize("said", [7, "x" * 37, "名", "a\nb", None, ["a"]])
def test_a_correlation_id_that_no_log_can_hold_is_left_out(said: Any) -> None:
    assert unseal(_with(correlationid=said)).correlation_id == ""


def test_a_type_of_a_newer_version_is_unreadable_here() -> None:
    envelope = replace(sealed(UPDATED), type="customer.updated.v9")
    with pytest.raises(MyCRMError, match=r"no event is called customer\.updated\.v9"):
        event_of(envelope)
