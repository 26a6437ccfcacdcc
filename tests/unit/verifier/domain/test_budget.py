from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mycrm_verifier.domain.budget import (
    AWAY,
    BLOCK,
    HOUR,
    SLACK,
    Budget,
    block,
    expected_at,
    free_tokens,
    opens_at,
    settled,
    spend_all,
    take,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
waits = st.lists(st.floats(min_value=0, max_value=7200), max_size=60)


def _after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_all_tokens_can_be_used_at_once_and_no_more() -> None:
    budget = Budget(per_hour=5)
    for _ in range(5):
        taken = take(budget, at=NOON)
        assert taken is not None
        budget = taken
    assert take(budget, at=NOON) is None
    assert free_tokens(budget, at=NOON) == 0
    assert opens_at(budget, at=NOON) == NOON + AWAY


def test_each_token_comes_back_an_hour_after_its_own_use() -> None:
    budget = Budget(per_hour=2, used=(NOON, NOON + timedelta(minutes=20)))
    assert opens_at(budget, at=NOON + timedelta(minutes=30)) == NOON + AWAY
    assert free_tokens(budget, at=NOON + HOUR) == 0
    assert free_tokens(budget, at=NOON + AWAY) == 1
    assert free_tokens(budget, at=NOON + timedelta(minutes=20) + AWAY) == 2


@given(waits=waits, per_hour=st.integers(1, 7))
def test_no_rolling_hour_has_more_than_its_tokens(waits: list[float], per_hour: int) -> None:
    budget, at = Budget(per_hour=per_hour), NOON
    asked: list[datetime] = []
    for wait in waits:
        at += timedelta(seconds=wait)
        while (taken := take(budget, at=at)) is not None:
            budget = taken
            asked.append(at + SLACK * (len(asked) % 2))  # Every other question goes out as late as it may.
    asked.sort()
    assert all(late - early >= HOUR for early, late in zip(asked, asked[per_hour:], strict=False))


def test_a_limit_answer_blocks_for_61_minutes_whatever_tokens_there_are() -> None:
    blocked = block(Budget(per_hour=5), at=NOON)
    assert opens_at(blocked, at=NOON) == NOON + timedelta(minutes=61)
    assert free_tokens(blocked, at=NOON + timedelta(minutes=60)) == 0
    assert free_tokens(blocked, at=NOON + timedelta(minutes=61)) == 5


def test_a_clock_that_is_set_back_costs_an_hour_at_most() -> None:
    budget = block(Budget(per_hour=1, used=(NOON,)), at=NOON)
    earlier = NOON - timedelta(hours=2)
    back = settled(budget, at=earlier)
    assert back.used == (earlier,)
    assert opens_at(back, at=earlier) == earlier + BLOCK


def test_what_somebody_else_asked_less_than_61_minutes_ago_counts_as_all_spent() -> None:
    budget = spend_all(Budget(per_hour=5), NOON - timedelta(minutes=30), at=NOON)
    assert free_tokens(budget, at=NOON) == 0
    assert opens_at(budget, at=NOON) == NOON + timedelta(minutes=31)
    assert free_tokens(budget, at=NOON + timedelta(minutes=31)) == 5


def test_what_somebody_else_asked_longer_ago_costs_nothing() -> None:
    assert free_tokens(spend_all(Budget(per_hour=5), NOON - BLOCK, at=NOON), at=NOON) == 5


def test_with_no_tokens_at_all_nothing_is_ever_asked() -> None:
    assert opens_at(Budget(per_hour=0), at=NOON) is None
    assert take(Budget(per_hour=0), at=NOON) is None
    assert expected_at([0], Budget(per_hour=0), at=NOON) == [None]


def test_fewer_tokens_than_are_away_wait_for_the_surplus_too() -> None:
    used = tuple(_after(60 * minute) for minute in range(5))
    budget = Budget(per_hour=2, used=used)
    assert opens_at(budget, at=_after(600)) == used[3] + AWAY


def test_the_expected_moments_are_those_at_which_a_steady_asker_asks() -> None:
    budget = Budget(per_hour=5, used=(NOON - timedelta(minutes=10), NOON - timedelta(minutes=50)))
    expected = expected_at(range(23), budget, at=NOON)
    asked: list[datetime] = []
    at = NOON
    while len(asked) < 23:
        taken = take(budget, at=at)
        if taken is None:
            following = opens_at(budget, at=at)
            assert following is not None
            at = following
        else:
            budget = taken
            asked.append(at)
    assert expected == asked


def test_ten_thousand_addresses_take_83_days() -> None:
    (last,) = expected_at([9_999], Budget(per_hour=5), at=NOON)
    assert last is not None
    assert 83 <= (last - NOON) / timedelta(days=1) < 84
