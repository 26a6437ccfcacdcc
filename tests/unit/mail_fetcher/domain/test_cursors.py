"""Where we stand in a folder."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.cursors import FolderState, Look, advanced, begun, by_size, finished, look_for


@dataclass(frozen=True, kw_only=True)
class Status:
    messages: int = 10
    uid_next: int = 101
    uid_validity: int = 7


@dataclass(frozen=True)
class Head:
    size: int


DONE = FolderState(uid_validity=7, last_uid=100, low_uid=1, seen_messages=10, seen_uid_next=101)


def look(state: FolderState | None, status: Status, *, compares: bool = False) -> Look:
    return look_for(state, status, compares=compares)


def test_the_first_look_is_at_everything() -> None:
    assert look(None, Status()) is Look.ALL


def test_a_folder_that_did_not_change_is_left_alone_unless_it_is_to_be_compared() -> None:
    assert look(DONE, Status()) is Look.NOTHING
    assert look(DONE, Status(), compares=True) is Look.ALL


@pytest.mark.parametrize(
    "status", [Status(messages=12, uid_next=103), Status(messages=9), Status(uid_next=0)]
)
def test_a_folder_that_changed_is_looked_at_for_new_mail(status: Status) -> None:
    assert look(DONE, status) is Look.NEW


@pytest.mark.parametrize("validity", [8, 0])
def test_uids_that_lost_their_meaning_start_it_all_over(validity: int) -> None:
    assert look(DONE, Status(uid_validity=validity)) is Look.ALL


@pytest.mark.parametrize("uid_next", [101, 0])
def test_a_look_at_everything_that_was_broken_off_is_taken_up_again(uid_next: int) -> None:
    status = Status(uid_next=uid_next)
    assert look(advanced(begun(status), [80, 90, 100]), status) is Look.ALL


def test_an_empty_folder_is_complete_at_once() -> None:
    assert begun(Status(messages=0, uid_next=1)).is_complete


def test_mail_that_came_during_a_look_is_still_new_afterwards() -> None:
    before = Status(uid_next=101)
    state = finished(advanced(begun(before), [90, 100]), before)
    assert look(state, before) is Look.NOTHING
    assert look(state, Status(messages=11, uid_next=102)) is Look.NEW
    assert state.last_uid == 100


@given(st.lists(st.integers(0, 50).map(Head), max_size=40), st.integers(1, 100))
def test_groups_keep_order_and_stay_within_the_limit(heads: list[Head], limit: int) -> None:
    groups = list(by_size(heads, limit))
    assert [head for group in groups for head in group] == heads
    assert all(group and (len(group) == 1 or sum(head.size for head in group) <= limit) for group in groups)


def test_a_mail_above_the_limit_comes_alone() -> None:
    assert [len(group) for group in by_size([Head(1), Head(99), Head(1), Head(1)], 10)] == [1, 1, 2]
