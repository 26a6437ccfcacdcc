"""Cursors come back as they went, and nothing else is taken for one."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mycrm_api.domain.cursors import Cursor, Listing
from mycrm_common.errors import Kind, MyCRMError

NAMES = Listing(sort="name", kinds=(str, int), filters={"only_valid": True})
DATES = Listing(sort="-date", kinds=(datetime, int))
NUMBERS = Listing(sort="-importance", kinds=(int, int))

ids = some.integers(-(2**63) + 1, 2**63 - 1)
texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=200)
moments = some.datetimes(timezones=some.just(UTC))


def told(**changes: Any) -> str:
    """A cursor of `NAMES` that was changed by hand."""
    text = NAMES.write(Cursor(keys=("a", 1)))
    said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) | changes
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@given(key=some.none() | texts, row_id=ids, backwards=some.booleans(), including=some.booleans())
def test_a_cursor_survives_the_journey(
    key: str | None, row_id: int, *, backwards: bool, including: bool
) -> None:
    cursor = Cursor(keys=(key, row_id), backwards=backwards, including=including)

    text = NAMES.write(cursor)

    assert NAMES.read(text) == cursor
    assert text.isascii()
    assert not set(text) & set("+/=&? ")


@given(moment=some.none() | moments, row_id=ids)
def test_moments_survive_to_the_microsecond(moment: datetime | None, row_id: int) -> None:
    cursor = Cursor(keys=(moment, row_id))

    assert DATES.read(DATES.write(cursor)) == cursor


def test_no_cursor_is_the_beginning() -> None:
    assert NAMES.read(None) is None


@pytest.mark.parametrize(
    "other",
    [
        Listing(sort="-name", kinds=(str, int), filters={"only_valid": True}),
        Listing(sort="name", kinds=(str, int), filters={"only_valid": False}),
        Listing(sort="name", kinds=(str, int)),
        Listing(sort="name", kinds=(datetime, int), filters={"only_valid": True}),
        Listing(sort="name", kinds=(int,), filters={"only_valid": True}),
    ],
)
def test_a_cursor_belongs_to_one_list(other: Listing) -> None:
    text = NAMES.write(Cursor(keys=("a", 1)))

    with pytest.raises(MyCRMError) as caught:
        other.read(text)

    assert (caught.value.code, caught.value.kind) == ("cursor_invalid", Kind.INVALID)
    assert [(fault.field, fault.code) for fault in caught.value.errors] == [("cursor", "cursor_invalid")]


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "====", "中文", "a b", "\ud800", "e30", "W10", "bnVsbA", "A" * 10_000, "[" * 3_000),
        told(keys=["a"]),
        told(keys=["a", 1, 2]),
        told(keys=["a", None]),
        told(keys=["a", "1"]),
        told(keys=["a", True]),
        told(keys=["a", 1.5]),
        told(keys=["a", 2**63]),
        told(keys=[1, 1]),
        told(keys=["\ud800", 1]),
        told(keys=[{"a": 1}, 1]),
        told(keys="a1"),
        told(keys=None),
        told(back=1),
        told(incl="no"),
        told(sort=["name"]),
        base64.urlsafe_b64encode(b"[" * 2_900).decode(),
    ],
)
def test_whatever_is_no_cursor_of_the_list_is_refused(text: str) -> None:
    with pytest.raises(MyCRMError, match="cursor_invalid"):
        NAMES.read(text)


@given(
    some.text(max_size=60) | some.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_nothing_that_is_sent_breaks_the_reading(text: str) -> None:
    for listing in (NAMES, DATES, NUMBERS):
        with pytest.raises(MyCRMError, match="cursor_invalid"):
            listing.read(text)


def test_a_moment_must_have_a_zone_and_lie_within_time() -> None:
    good = DATES.write(Cursor(keys=(datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=8))), 1)))
    read = DATES.read(good)

    assert read is not None
    assert read.keys[0] == datetime(2026, 1, 1, 16, tzinfo=UTC)
    for moment in ("2026-01-02T00:00:00", "soon", "0001-01-01T00:00:00+14:00"):
        raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
        changed = json.dumps(json.loads(raw) | {"keys": [moment, 1]}).encode()
        with pytest.raises(MyCRMError, match="cursor_invalid"):
            DATES.read(base64.urlsafe_b64encode(changed).decode().rstrip("="))
