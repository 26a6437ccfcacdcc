"""Where we stand in a folder."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.cursors import FolderState, advanced, begun, by_size, finished, plan, windows

uids = st.lists(st.integers(1, 10_000), max_size=60)


@dataclass(frozen=True, kw_only=True)
class Status:
    messages: int = 10
    uid_next: int = 101
    uid_validity: int = 7


@dataclass(frozen=True)
class Head:
    size: int


DONE = FolderState(uid_validity=7, last_uid=100, low_uid=1, seen_messages=10, seen_uid_next=101)


def test_the_first_look_is_at_everything() -> None:
    found = plan(None, Status())
    assert found.starts_over
    assert found.wants(1)
    assert found.wants(10_000)


def test_nothing_new_asks_for_nothing() -> None:
    found = plan(DONE, Status())
    assert found.is_nothing
    assert not found.wants(101)


def test_new_mail_is_what_stands_above() -> None:
    found = plan(DONE, Status(messages=12, uid_next=103))
    assert (found.above, found.starts_over, found.is_nothing) == (100, False, False)
    assert [uid for uid in (99, 100, 101, 102) if found.wants(uid)] == [101, 102]


def test_a_deleted_mail_asks_for_a_look_that_finds_nothing() -> None:
    found = plan(DONE, Status(messages=9))
    assert not found.is_nothing
    assert not found.wants(100)


def test_a_server_that_tells_no_next_uid_is_looked_at_each_time() -> None:
    unknown = Status(uid_next=0)
    assert not plan(finished(DONE, unknown), unknown).is_nothing


@pytest.mark.parametrize("validity", [8, 0])
def test_uids_that_lost_their_meaning_start_it_all_over(validity: int) -> None:
    found = plan(DONE, Status(uid_validity=validity))
    assert found.starts_over
    assert found.wants(1)


def test_a_first_look_that_was_broken_off_goes_on_below_and_above() -> None:
    state = advanced(begun(Status()), [80, 90, 100])
    found = plan(state, Status(messages=12, uid_next=103))
    assert [uid for uid in (1, 79, 80, 100, 101) if found.wants(uid)] == [1, 79, 101]


def test_a_first_look_without_a_next_uid_can_be_broken_off_too() -> None:
    unknown = Status(uid_next=0)
    found = plan(advanced(begun(unknown), [80, 90, 100]), unknown)
    assert [uid for uid in (1, 79, 80, 100, 101) if found.wants(uid)] == [1, 79, 101]


def test_an_empty_folder_is_complete_at_once() -> None:
    assert begun(Status(messages=0, uid_next=1)).is_complete


def test_mail_that_came_during_a_look_is_still_new_afterwards() -> None:
    before = Status(uid_next=101)
    state = finished(advanced(begun(before), [90, 100]), before)
    assert plan(state, before).is_nothing
    assert plan(state, Status(messages=11, uid_next=102)).wants(101)


def test_zero_is_no_uid() -> None:
    assert not plan(None, Status()).wants(0)


@given(found=uids, size=st.integers(1, 20), newest_first=st.booleans())
def test_windows_hold_every_uid_once_in_ascending_lists(
    found: list[int], size: int, *, newest_first: bool
) -> None:
    cut = list(windows(found, size, newest_first=newest_first))
    assert all(window == sorted(window) and 0 < len(window) <= size for window in cut)
    ordered = cut[::-1] if newest_first else cut
    assert [uid for window in ordered for uid in window] == sorted(set(found))


def test_the_newest_window_is_full() -> None:
    assert list(windows(range(1, 6), 2, newest_first=True)) == [[4, 5], [2, 3], [1]]


@given(st.lists(st.integers(0, 50).map(Head), max_size=40), st.integers(1, 100))
def test_groups_keep_order_and_stay_within_the_limit(heads: list[Head], limit: int) -> None:
    groups = list(by_size(heads, limit))
    assert [head for group in groups for head in group] == heads
    assert all(group and (len(group) == 1 or sum(head.size for head in group) <= limit) for group in groups)


def test_a_mail_above_the_limit_comes_alone() -> None:
    assert [len(group) for group in by_size([Head(1), Head(99), Head(1), Head(1)], 10)] == [1, 1, 2]
