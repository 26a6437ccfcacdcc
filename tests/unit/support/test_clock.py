"""The clock that stands still."""

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from mycrm_common.clock import Clock


def test_time_passes_only_when_it_is_moved() -> None:
    clock = FakeClock(datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))))
    told: Clock = clock
    assert told.now() == told.now() == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    clock.advance(hours=1, seconds=1.5)
    assert told.now() == datetime(2026, 3, 1, 1, 0, 1, 500_000, tzinfo=UTC)
    clock.advance(minutes=-1)
    assert told.now().tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 3, 1))  # noqa: DTZ001  # the mistake under test
