"""Copies are due at times of day in the team's zone, or every so often; what was missed is caught up once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mycrm_backup.domain.timer import Timer
from mycrm_common.errors import MyCRMError

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)


def test_a_time_of_day_is_the_teams() -> None:
    timer = Timer.read("03:00")
    three = datetime(2026, 11, 22, 3, 0, tzinfo=SHANGHAI)

    assert timer.due_at(three, after=three - timedelta(hours=9), zone=SHANGHAI) == three
    just_before = three - timedelta(seconds=1)
    assert timer.due_at(just_before, after=three - timedelta(hours=9), zone=SHANGHAI) is None
    assert timer.due_at(NOON, after=three, zone=SHANGHAI) is None


def test_a_week_that_was_missed_is_caught_up_by_one_copy() -> None:
    timer = Timer.read("3:00, 15:30")

    due = timer.due_at(NOON, after=NOON - timedelta(days=7), zone=SHANGHAI)

    assert due == datetime(2026, 11, 22, 3, 0, tzinfo=SHANGHAI)
    assert timer.due_at(NOON, after=due, zone=SHANGHAI) is None
    assert timer.next_after(NOON, after=due, zone=SHANGHAI) == datetime(2026, 11, 22, 15, 30, tzinfo=SHANGHAI)


def test_every_so_often_counts_from_the_last_one() -> None:
    timer = Timer.read("every 6h")

    assert timer.due_at(NOON, after=NOON - timedelta(hours=5, minutes=59), zone=UTC) is None
    assert timer.due_at(NOON, after=NOON - timedelta(hours=6), zone=UTC) == NOON


def test_a_clock_that_was_put_back_puts_no_copy_off_by_more_than_a_turn() -> None:
    last_from_the_future = NOON + timedelta(days=400)

    assert Timer.read("every 6h").next_after(NOON, after=last_from_the_future, zone=UTC) == NOON + timedelta(
        hours=6
    )


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)])
def test_summer_time_neither_drops_nor_doubles_a_copy(day: datetime) -> None:
    timer = Timer.read("02:30")
    after, found = day.astimezone(UTC), []
    for minutes in range(0, 24 * 60, 10):
        due = timer.due_at(day.astimezone(UTC) + timedelta(minutes=minutes), after=after, zone=BERLIN)
        if due is not None:
            found.append(due)
            after = due

    assert len(found) == 1


@pytest.mark.parametrize(
    "text", ["", "25:00", "3", "03:00;04:00", "every 0h", "every", "every 6 weeks", "٣:٠٠"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(MyCRMError, match="backup_timer_invalid"):
        Timer.read(text)
