"""What may be tried again, and how bytes that nobody can read are shown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_api.domain.parked import ParkedEvent, check_replayable, shown
from mycrm_common.errors import Kind, MyCRMError


def _parked(*, type: str = "customer.added.v1", consumer: str = "mycrm.api.contact.v1") -> ParkedEvent:  # noqa: A002 - the field's name
    return ParkedEvent(
        id=7,
        event_id="e",
        consumer=consumer,
        type=type,
        attempts=6,
        reason="no",
        body="{}",
        told_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_an_event_with_type_and_consumer_is_tried_again() -> None:
    check_replayable(_parked())

    assert _parked().replayable


@pytest.mark.parametrize("event", [_parked(type=""), _parked(consumer="")], ids=["no type", "no consumer"])
def test_an_event_that_nobody_could_take_is_refused(event: ParkedEvent) -> None:
    with pytest.raises(MyCRMError) as caught:
        check_replayable(event)

    assert (caught.value.code, caught.value.kind) == ("parked_unreadable", Kind.CONFLICT)
    assert not event.replayable


def test_what_can_be_read_is_shown_as_it_is() -> None:
    assert shown('{"name": "小明 \\n"}'.encode(), readable=True) == '{"name": "小明 \\n"}'


def test_odd_bytes_are_shown_in_hexadecimal() -> None:
    assert shown(b"\xff\x00\x1b[2J\\x \xe5\xb0\x8f", readable=False) == r"\xff\x00\x1b[2J\\x 小"


@given(st.binary(max_size=200))
def test_what_is_shown_can_be_turned_back_into_the_same_bytes(body: bytes) -> None:
    text = shown(body, readable=False)

    assert all(letter.isprintable() or letter == "\n" for letter in text)
    turned = text.encode("utf-8").decode("latin-1").encode("latin-1").decode("unicode_escape")
    assert turned.encode("latin-1") == body
