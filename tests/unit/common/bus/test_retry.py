"""What becomes of an event whose attempt failed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_common.bus.retry import MOST_REFUSALS, Fate, judge, judge_refusal, longest_delay
from mycrm_common.errors import Kind, MyCRMError, StartError

LUCK = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 30), (3, 300), (4, 1_800), (5, 7_200)])
@given(luck=LUCK)
def test_an_attempt_is_followed_by_a_longer_rest_with_up_to_a_fifth_of_jitter(
    attempts: int, seconds: int, luck: float
) -> None:
    verdict = judge(RuntimeError(), attempts=attempts, luck=luck)

    assert verdict.fate is Fate.RETRY
    assert timedelta(seconds=seconds) <= verdict.delay <= timedelta(seconds=seconds * 1.2)


@pytest.mark.parametrize("attempts", [6, 7, 1_000])
def test_after_the_fifth_retry_it_is_parked(attempts: int) -> None:
    assert judge(RuntimeError(), attempts=attempts, luck=0).fate is Fate.PARK


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INVALID])
def test_every_other_kind_is_tried_again(kind: Kind) -> None:
    assert judge(MyCRMError("x", kind), attempts=1, luck=0).fate is Fate.RETRY


@pytest.mark.parametrize("error", [MyCRMError("event_unreadable", Kind.INVALID), StartError("x")])
def test_what_can_never_succeed_is_parked_at_once(error: MyCRMError) -> None:
    assert judge(error, attempts=1, luck=0).fate is Fate.PARK


@pytest.mark.parametrize("code", ["database_busy", "database_unavailable", "storage_full"])
@pytest.mark.parametrize("attempts", [1, 6, 1_000])
def test_a_database_that_is_away_is_waited_for_however_long(code: str, attempts: int) -> None:
    assert judge(MyCRMError(code, Kind.UNAVAILABLE), attempts=attempts, luck=1).fate is Fate.WAIT


def test_a_count_of_none_is_the_first() -> None:
    assert judge(RuntimeError(), attempts=0, luck=0).delay == timedelta(seconds=5)


@given(attempts=st.integers(min_value=1, max_value=MOST_REFUSALS - 1), luck=LUCK)
def test_what_the_bus_refuses_waits_twice_as_long_each_time_up_to_an_hour(attempts: int, luck: float) -> None:
    verdict = judge_refusal(attempts=attempts, luck=luck)

    longest = min(2**attempts, 3_600)
    assert verdict.fate is Fate.RETRY
    assert timedelta(seconds=longest / 2) <= verdict.delay <= timedelta(seconds=longest)


@given(attempts=st.integers(min_value=MOST_REFUSALS), luck=LUCK)
def test_what_the_bus_has_refused_twenty_times_is_parked(attempts: int, luck: float) -> None:
    assert judge_refusal(attempts=attempts, luck=luck).fate is Fate.PARK


@given(attempts=st.integers(min_value=1, max_value=5), luck=LUCK)
def test_nothing_is_made_to_wait_longer_than_the_longest_delay(attempts: int, luck: float) -> None:
    assert judge(RuntimeError(), attempts=attempts, luck=luck).delay <= longest_delay(attempts)
    assert longest_delay(0) == timedelta(0)
