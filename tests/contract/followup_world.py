"""Random customers for the follow-up list, and an oracle that knows nothing of how the list is found.

The oracle goes by the words of the rule: for each customer it looks at every other one, at calendar days as the
team's clocks show them, and at companies as a person would tell them apart (the spellings of each stand in a table
here, so that no key of ours decides).
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from operator import eq, ge, gt
from typing import Any
from zoneinfo import ZoneInfo

from mycrm_api.domain.followups import FollowupRule

SPELLINGS: tuple[Sequence[str], ...] = (
    ("", " ", "\u3000", "\u2003"),
    ("Acme", " acme", "ACME  ", "ＡＣＭＥ"),
    ("Acme Ltd", "acme ltd "),
    ("蓝光科技有限公司", " 蓝光科技有限公司 ", "\u3000蓝光科技有限公司"),
    ("蓝光科技", "蓝光科技 "),
    ("Straße 7", "STRASSE 7"),
    ("Blue Optics", "blue  OPTICS", "Blue\u00a0Optics"),
    ("Ünïon", "U\u0308ni\u0308on", "ÜNÏON"),
    ("东方 Trading", "东方 TRADING"),
)
IDENTITY = {spelling: number for number, spellings in enumerate(SPELLINGS) for spelling in spellings}
ALONE = IDENTITY[""]

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Apia",
    "Europe/Berlin",
)
# Among them days on which clocks were changed, and days shortly after.
MOMENTS = (
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 4, 59, tzinfo=UTC),
    datetime(2026, 11, 8, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2018, 11, 10, 12, tzinfo=UTC),
)
DAYS = (0, 1, 7, 30)
_COMPARE = {"=": eq, ">": gt, ">=": ge}


@dataclass
class World:
    """What one set is made of: where, when, and the chance that makes the rest."""

    seed: int
    chance: random.Random = field(init=False)
    zone: ZoneInfo = field(init=False)
    at: datetime = field(init=False)
    days: int = field(init=False)

    def __post_init__(self) -> None:
        """Choose where, when, and the days that matter most."""
        self.chance = random.Random(self.seed)
        self.zone = ZoneInfo(self.chance.choice(ZONES))
        self.days = self.chance.choice(DAYS)
        self.at = self.chance.choice(MOMENTS) + timedelta(hours=self.chance.randrange(24))

    def customers(self) -> list[dict[str, Any]]:
        """Return some customers as they are written into the table."""
        return [self.customer(number) for number in range(self.chance.randrange(1, 60))]

    def customer(self, number: int) -> dict[str, Any]:
        """Return one customer."""
        return {
            "email": f"c{number}@example.com",
            "company": self.company(),
            "importance": self.chance.randrange(6),
            "valid": self.chance.choice([0, 1, 2, 2]),
            "last_contact_date": self.contact(),
        }

    def company(self) -> str:
        """Return one of the companies in one of its spellings."""
        return self.chance.choice(self.chance.choice(SPELLINGS))

    def contact(self) -> datetime | None:
        """Return a date of contact, often at the very border of a day that matters."""
        kind = self.chance.randrange(6)
        if kind == 0:
            return None
        if kind == 1:
            return self.at - timedelta(days=self.chance.randrange(60), seconds=self.chance.randrange(86_400))
        if kind == 2:
            return self.at + timedelta(hours=self.chance.randrange(48))
        today = self.at.astimezone(self.zone).date()
        day = today - timedelta(
            days=self.chance.choice([self.days, *DAYS]) + self.chance.choice([-1, 0, 0, 1])
        )
        midnight = datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)
        return midnight + timedelta(microseconds=self.chance.choice([-1, 0, 0, 1, 3_600_000_000]))

    def rules(self) -> Iterator[FollowupRule]:
        """Return some rules, each operator among them."""
        for operator in ("=", ">", ">="):
            yield FollowupRule(
                operator=operator,
                importance=self.chance.randrange(6),
                days=self.chance.choice([self.days, *DAYS]),
            )


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What a person would find by looking at every customer."""

    rows: Sequence[dict[str, Any]]
    rule: FollowupRule
    at: datetime
    zone: ZoneInfo

    def due(self) -> list[dict[str, Any]]:
        """Return who is due by the rule alone."""
        return [row for row in self.rows if self._is_due(row)]

    def shown(self, marks: dict[int, Any]) -> list[dict[str, Any]]:
        """Return who is due and neither snoozed nor done."""
        return [row for row in self.due() if not self._is_hidden(marks.get(row["id"]))]

    def waiting_since(self, row: dict[str, Any]) -> datetime | None:
        """Return the newest contact with the customer or anybody who counts for it."""
        group = [row, *self._colleagues(row)]
        return max((one["last_contact_date"] for one in group if one["last_contact_date"]), default=None)

    def _is_due(self, row: dict[str, Any]) -> bool:
        if row["valid"] == 0 or not _COMPARE[self.rule.operator](row["importance"], self.rule.importance):
            return False
        if self._is_recent(row["last_contact_date"]):
            return False
        return not any(self._is_recent(other["last_contact_date"]) for other in self._colleagues(row))

    def _colleagues(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        company = IDENTITY[row["company"]]
        return [
            other
            for other in self.rows
            if company != ALONE
            and other["id"] != row["id"]
            and IDENTITY[other["company"]] == company
            and other["valid"] != 0
        ]

    def _is_recent(self, moment: datetime | None) -> bool:
        if moment is None:
            return False
        passed = self.at.astimezone(self.zone).date() - moment.astimezone(self.zone).date()
        return passed.days <= self.rule.days

    def _is_hidden(self, mark: Any) -> bool:
        if mark is None:
            return False
        snoozed_until, done_at = mark
        return (snoozed_until is not None and snoozed_until > self.at) or self._is_recent(done_at)
