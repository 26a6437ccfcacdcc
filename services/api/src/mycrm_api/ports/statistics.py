"""Counts for the charts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mycrm_api.domain.answers import WeekOfAnswers
from mycrm_api.domain.debt import WeekOfDebt, Window
from mycrm_api.domain.statistics import CustomerCount, Week, WeekOfMail
from mycrm_common.work import Reading


class Statistics(Protocol):
    """Counts for the charts."""

    async def count_customers(self, reading: Reading) -> list[CustomerCount]:
        """Count the customers of each rating and validity; what nobody has is counted too, as zero."""
        ...

    async def count_mail(self, reading: Reading, weeks: Sequence[Week]) -> list[WeekOfMail]:
        """Count the mail that was received and sent in each of these weeks."""
        ...


class Debt(Protocol):
    """How much follow-up was left undone."""

    async def count_debt(
        self, reading: Reading, windows: Sequence[Window], *, importances: Sequence[int]
    ) -> list[WeekOfDebt]:
        """Count who of these ratings was due in each window."""
        ...


class Answers(Protocol):
    """Who wrote back."""

    async def answers(
        self, reading: Reading, weeks: Sequence[Week], *, days: int, at: datetime
    ) -> list[WeekOfAnswers]:
        """Count written and answered customers week by week."""
        ...
