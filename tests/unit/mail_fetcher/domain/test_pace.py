"""When a mailbox that could not be read is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from mycrm_mail_fetcher.domain.pace import REFUSED, Pace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def failed(*codes: str, pace: Pace | None = None, luck: float = 1.0, account: str = "ours") -> Pace:
    pace = pace or Pace()
    for code in codes:
        pace = pace.after_failure(account, code=code, at=NOON, base=MINUTE, luck=luck)
    return pace


def test_at_first_everybody_may_try() -> None:
    assert Pace().allows("ours", at=NOON)


@pytest.mark.parametrize(("failures", "longest"), [(1, 2), (2, 4), (3, 5), (4, 5), (1_000, 5)])
def test_the_rest_after_a_failure_grows_to_five_minutes(failures: int, longest: int) -> None:
    pace = failed(*["mailbox_unreachable"] * failures)
    rest = timedelta(minutes=longest)
    assert not pace.allows("ours", at=NOON + rest - timedelta(seconds=1))
    assert pace.allows("ours", at=NOON + rest)


def test_the_rest_is_anything_between_nothing_and_its_limit() -> None:
    assert failed("mailbox_unreachable", luck=0.0).allows("ours", at=NOON)
    assert failed("mailbox_unreachable", luck=0.5).not_before == NOON + MINUTE


def test_after_three_refusals_a_password_is_tried_every_quarter_of_an_hour() -> None:
    assert failed(REFUSED, REFUSED, luck=0.0).allows("ours", at=NOON)
    third = failed(REFUSED, REFUSED, REFUSED, luck=0.0)
    assert not third.allows("ours", at=NOON + timedelta(minutes=14, seconds=59))
    assert third.allows("ours", at=NOON + timedelta(minutes=15))
    assert not failed(REFUSED, pace=third, luck=0.0).allows("ours", at=NOON + timedelta(minutes=14))


def test_refusals_count_only_in_a_row() -> None:
    pace = failed(REFUSED, REFUSED, "mailbox_unreachable", REFUSED, luck=0.0)
    assert pace.allows("ours", at=NOON)


def test_another_account_may_be_tried_at_once_and_begins_anew() -> None:
    pace = failed(REFUSED, REFUSED, REFUSED)
    assert pace.allows("another", at=NOON)
    assert failed(REFUSED, pace=pace, luck=0.0, account="another").allows("another", at=NOON)


def test_a_server_that_asks_for_a_rest_gets_it_whatever_our_luck() -> None:
    told = "Request is throttled. Suggested Backoff Time: 120000 milliseconds"
    for luck, rest in ((0.0, timedelta(minutes=2)), (0.5, timedelta(minutes=2, seconds=12))):
        pace = Pace().after_failure(
            "ours", code="mailbox_protocol_error", at=NOON, base=timedelta(seconds=1), luck=luck, detail=told
        )
        assert pace.not_before == NOON + rest


def test_a_crowded_server_has_not_refused_the_password() -> None:
    pace = Pace()
    for _ in range(5):
        pace = pace.after_failure(
            "ours", code=REFUSED, at=NOON, base=MINUTE, luck=0.0, detail="[LIMIT] too many connections"
        )
    assert (pace.refusals, pace.rest("ours", at=NOON)) == (0, timedelta(minutes=1))


def test_the_rest_of_a_rest() -> None:
    pace = failed("mailbox_unreachable", luck=0.5)
    assert pace.rest("ours", at=NOON) == MINUTE
    assert pace.rest("ours", at=NOON + timedelta(seconds=45)) == timedelta(seconds=15)
    assert pace.rest("ours", at=NOON + timedelta(hours=1)) == timedelta()
    assert pace.rest("another", at=NOON) == Pace().rest("ours", at=NOON) == timedelta()


@pytest.mark.parametrize("codes", [[REFUSED] * 3, ["mailbox_unreachable"] * 9])
def test_a_clock_that_is_put_back_by_hours_makes_nobody_wait_for_hours(codes: list[str]) -> None:
    assert failed(*codes).allows("ours", at=NOON - timedelta(hours=2))
    assert not failed(*codes).allows("ours", at=NOON + MINUTE)
