from collections import Counter
from datetime import UTC, datetime, timedelta

from mycrm_verifier.domain.breaker import Breaker, after_fault, rests_until
from mycrm_verifier.domain.schedule import Lane, Turns, after_turn, lanes_in_turn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _served(count: int, waiting: set[Lane]) -> list[Lane]:
    turns, served = Turns(), []
    for _ in range(count):
        lane = next(lane for lane in lanes_in_turn(turns) if lane in waiting)
        served.append(lane)
        turns = after_turn(turns, lane)
    return served


def test_one_question_in_five_is_kept_for_rechecks_while_any_wait() -> None:
    served = _served(50, {Lane.FIRST, Lane.AGAIN})

    assert all(Lane.AGAIN in served[start : start + 5] for start in range(46))
    assert Counter(served) == {Lane.FIRST: 40, Lane.AGAIN: 10}


def test_a_person_who_asks_is_served_next() -> None:
    for since_again in range(5):
        assert lanes_in_turn(Turns(since_again=since_again))[0] is Lane.ASKED


def test_nobody_starves_however_much_people_ask() -> None:
    served = Counter(_served(80, set(Lane)))

    assert served[Lane.FIRST] >= 8
    assert served[Lane.AGAIN] >= 8


def test_the_third_fault_in_a_row_leaves_the_provider_alone_for_longer_each_time() -> None:
    breaker, rests = Breaker(), []
    for _ in range(9):
        breaker = after_fault(breaker, "HTTP 500", at=NOON)
        until = rests_until(breaker, at=NOON)
        rests.append(0 if until is None else (until - NOON) / timedelta(hours=1))

    assert rests == [0, 0, 1, 2, 4, 8, 16, 24, 24]
    assert rests_until(breaker, at=NOON - timedelta(days=9)) == NOON - timedelta(days=8)
