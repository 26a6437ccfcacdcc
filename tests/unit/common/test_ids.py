"""Ids: unique, and sorted by the time they were made."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mycrm_common.ids import new_id, new_ids

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_seven_that_tells_its_time(at: datetime) -> None:
    made = UUID(new_id(at))

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(at.timestamp() * 1000)
    assert len(new_id(at)) == 36


@given(MOMENTS, st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=1)))
def test_a_later_id_sorts_later_as_text(at: datetime, step: timedelta) -> None:
    assert new_id(at) < new_id(at + step + timedelta(milliseconds=1))


def test_ids_of_one_moment_differ() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    assert len({new_id(at) for _ in range(10_000)}) == 10_000


def test_many_ids_made_at_once_are_as_different_and_as_well_made_as_single_ones() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = [UUID(one) for one in new_ids(at, 10_000)]

    assert len({one.int & (1 << 62) - 1 for one in made}) == 10_000
    assert len({one.int >> 64 & 0xFFF for one in made}) > 3_000
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    assert {one.int >> 80 for one in made} == {int(at.timestamp() * 1000)}
    assert new_ids(at, 0) == []
