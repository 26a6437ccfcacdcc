"""What was found, what the mail tells, and what people asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.evidence import BouncedMail, Reply
from mycrm_verifier.domain.verdicts import Finding
from mycrm_verifier.ports.queue import Job


class Findings(Protocol):
    """The history of every address."""

    async def put(
        self, work: Work, job: Job, finding: Finding, *, known_at: datetime, credits_left: int | None = None
    ) -> int:
        """Write a finding down and return its id."""
        ...

    async def newest_at(self, reading: Reading) -> datetime | None:
        """When the newest check was finished that somebody was asked for."""
        ...

    async def forget(self, work: Work, *, before: datetime) -> int:
        """Forget some findings older than a moment that newer ones of the same address have followed."""
        ...


class Mail(Protocol):
    """What our own mail tells."""

    async def newest_reply(self, reading: Reading, email_key: str, *, since: datetime) -> Reply | None:
        """The newest mail that a person wrote from an address."""
        ...

    async def newest_bounce(self, reading: Reading, email_key: str) -> BouncedMail | None:
        """The newest mail to an address that came back."""
        ...

    async def put_bounce(self, work: Work, email_key: str, bounced: BouncedMail) -> None:
        """Note a mail that came back, unless a newer one is known."""
        ...


class Tasks(Protocol):
    """What people asked for."""

    async def put(self, work: Work, request_id: str, *, email_key: str) -> bool:
        """Take a request over; False where it was before."""
        ...

    async def close(self, work: Work, email_key: str, *, check_id: int | None) -> Sequence[str]:
        """Answer all requests about an address, and return their ids."""
        ...

    async def clean(self, work: Work, *, before: datetime) -> None:
        """Forget what was answered and taken over before the moment."""
        ...


class Requests(Protocol):
    """The requests, as api wrote them."""

    async def customer_of(self, reading: Reading, request_id: str) -> int | None:
        """The customer whose address is to be checked, None where there is no such request."""
        ...
