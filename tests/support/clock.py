"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Stands in for the machine's clock (mycrm_common.clock.Clock)."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        """Begins at an aware moment."""
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._now

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Moves on, or back with negative amounts as a corrected clock does; gives the new moment."""
        self._now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._now
