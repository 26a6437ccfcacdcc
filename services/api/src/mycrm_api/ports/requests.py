"""What people ask of other services."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from mycrm_api.domain.requests import MailboxAnswer, Request
from mycrm_common.work import Reading, Work


class Requests(Protocol):
    """What people ask of other services."""

    async def put_request(
        self,
        work: Work,
        request_id: str,
        *,
        noun: str,
        verb: str,
        parameters: Mapping[str, Any],
        sealed: str | None,
    ) -> None:
        """Write a request down; its secret is sealed."""
        ...

    async def close_request(self, work: Work, request_id: str) -> None:
        """Mark a request as answered and forget its secret."""
        ...

    async def change_parameters(self, work: Work, request_id: str, parameters: Mapping[str, Any]) -> None:
        """Write down what is asked by now, for a request that lasts."""
        ...

    async def forget_requests(
        self, work: Work, *, before: datetime, with_secret_before: datetime, limit: int
    ) -> int:
        """Remove old requests, those that hold a secret sooner, and return how many."""
        ...

    async def mailbox_answer(self, reading: Reading, request_id: str) -> MailboxAnswer | None:
        """Return what mail-fetcher has answered, or None while it has not."""
        ...

    async def by_id(self, reading: Reading, request_id: str) -> Request | None:
        """Return what was asked under that id, with the answer if there is one."""
        ...
