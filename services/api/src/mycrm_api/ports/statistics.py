"""Counts for the charts."""

from collections.abc import Sequence
from typing import Protocol

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
