"""What checks of addresses have found, as the verifier keeps it, and what follows for customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mycrm_api.domain.checks import Check, Queue
from mycrm_common.work import Reading, Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a customer's address is held for, and since when."""

    customer_id: int
    email_key: str
    company: str
    valid: int
    last_checked_date: datetime | None


class Checks(Protocol):
    """Checks of addresses."""

    async def hold(self, work: Work, customer_id: int) -> Checked | None:
        """The customer, whom nobody else changes before this work is done."""
        ...

    async def verdict_of(self, reading: Reading, customer_id: int, *, checked_at: datetime) -> str | None:
        """The verifier's verdict at a moment, None where it knows of none."""
        ...

    async def was_corrected(self, reading: Reading, customer_id: int, *, since: datetime) -> bool:
        """Whether a person has set the validity after a moment."""
        ...

    async def put_result(
        self, work: Work, customer_id: int, *, valid: int | None, checked_at: datetime | None, log: str
    ) -> None:
        """Write a result down; the version stays. What is None stays as it is."""
        ...

    async def put_checked_date(self, work: Work, at: datetime) -> None:
        """Note when the last check was finished; that never moves back."""
        ...

    async def queue(self, reading: Reading, *, limit: int, at: datetime) -> Queue:
        """Who waits, the next ones first, and how it stands with the questions."""
        ...

    async def history(
        self, reading: Reading, *, customer_id: int | None, before: int | None, limit: int
    ) -> Sequence[Check]:
        """Findings, the newest first."""
        ...

    async def answer(self, reading: Reading, request_id: str) -> Check | None:
        """What came of a request, None where nothing has yet."""
        ...
