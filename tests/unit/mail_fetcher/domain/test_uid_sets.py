"""Sets of UIDs behave as sets, whatever their size."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.uid_sets import LAST_UID, UidSet

numbers = st.sets(st.integers(1, 120), max_size=80)
pairs = st.tuples(st.integers(1, 120), st.integers(1, 120)).map(lambda pair: (min(pair), max(pair)))
ranges = st.lists(pairs, max_size=12)


def spread(runs: list[tuple[int, int]]) -> set[int]:
    return {uid for first, last in runs for uid in range(first, last + 1)}


@given(numbers)
def test_a_set_holds_what_it_was_made_of(members: set[int]) -> None:
    made = UidSet(members)
    assert list(made) == sorted(members)
    assert list(reversed(made)) == sorted(members, reverse=True)
    assert len(made) == len(members)
    assert bool(made) == bool(members)
    assert [uid for uid in range(130) if uid in made] == sorted(members)


@given(ranges)
def test_ranges_may_overlap_and_come_in_any_order(runs: list[tuple[int, int]]) -> None:
    assert UidSet.of_ranges(runs) == UidSet(spread(runs))
    assert hash(UidSet.of_ranges(runs)) == hash(UidSet(spread(runs)))


@given(ranges)
def test_runs_are_as_long_as_they_can_be(runs: list[tuple[int, int]]) -> None:
    found = list(UidSet.of_ranges(runs).ranges())
    assert all(first <= last for first, last in found)
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(found))


@given(numbers, numbers)
def test_it_counts_as_sets_do(one: set[int], other: set[int]) -> None:
    mine, theirs = UidSet(one), UidSet(other)
    assert mine | theirs == UidSet(one | other)
    assert mine - theirs == UidSet(one - other)
    assert mine & theirs == UidSet(one & other)
    assert (mine == theirs) == (one == other)


@given(numbers, st.integers(-3, 130), st.integers(-3, 130))
def test_a_stretch_of_it(members: set[int], first: int, last: int) -> None:
    assert set(UidSet(members).between(first, last)) == {uid for uid in members if first <= uid <= last}


@given(numbers, st.integers(1, 20), st.booleans())
def test_windows_hold_each_uid_once_and_ascend_within(members: set[int], size: int, newest: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    windows = list(UidSet(members).windows(size, newest_first=newest))
    assert all(window == sorted(window) for window in windows)
    assert [len(window) for window in windows[:-1]] == [size] * (len(windows) - 1)
    in_order = windows[::-1] if newest else windows
    assert [uid for window in in_order for uid in window] == sorted(members)


def test_a_million_neighbours_are_one_run() -> None:
    huge = UidSet.of_ranges([(1, 1_000_000)]) - UidSet([500_000])
    assert list(huge.ranges()) == [(1, 499_999), (500_001, 1_000_000)]
    assert len(huge) == 999_999


def test_every_uid_there_can_be() -> None:
    every = UidSet.of_ranges([(1, LAST_UID)])
    assert len(every) == LAST_UID
    assert LAST_UID in every
    assert not every - every


@pytest.mark.parametrize("run", [(0, 4), (5, 4), (1, LAST_UID + 1), (-2, -1)])
def test_what_is_no_range_is_refused(run: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no range"):
        UidSet.of_ranges([run])


@pytest.mark.parametrize("stranger", ["7", None, 7.0])
def test_only_numbers_can_be_members(stranger: object) -> None:
    assert stranger not in UidSet([7])


def test_it_is_no_other_kind_of_set() -> None:
    assert UidSet([7]) != {7}
    assert repr(UidSet([1, 2, 3, 7])) == "UidSet(1:3,7)"


@pytest.mark.parametrize("stranger", [-1, 0, LAST_UID + 1, 2**70])
def test_numbers_that_are_no_uids_are_refused(stranger: int) -> None:
    with pytest.raises(ValueError, match=r"no range|no UID"):
        UidSet([1, stranger])
