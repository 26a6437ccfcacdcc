"""Copies of the database."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mycrm_api.domain.backups import Backup
from mycrm_common.work import Reading


class Backups(Protocol):
    """The runs, as the backup service wrote them."""

    async def page(self, reading: Reading, *, before: int | None, limit: int) -> Sequence[Backup]:
        """The runs before an id, newest first."""
        ...

    async def total(self, reading: Reading) -> int:
        """How many there are."""
        ...

    async def by_id(self, reading: Reading, run_id: int) -> Backup | None:
        """One run."""
        ...

    async def newest_proven(self, reading: Reading) -> Backup | None:
        """The newest copy that was restored to prove it."""
        ...

    async def answer_of(self, reading: Reading, request_id: str) -> Mapping[str, Any] | None:
        """What the backup service has answered, or None while it has not."""
        ...

    async def piece(self, reading: Reading, request_id: str, *, position: int) -> bytes | None:
        """A piece of a copy that is being downloaded, or None while it is not there."""
        ...
