"""Mail follows a customer whose address changes."""

from typing import Protocol

from mycrm_common.work import Reading, Work


class Addresses(Protocol):
    """The addresses under which messages show."""

    async def current_email(self, reading: Reading, customer_id: int) -> str | None:
        """The customer's address by now, None where there is no such customer."""
        ...

    async def move(self, work: Work, previous: str, *, email: str) -> int:
        """Let the mail of one address show under another one, and return how many rows that were."""
        ...

    async def note_move(self, work: Work, customer_id: int, *, version: int) -> bool:
        """Write down that this change has been carried out; False where it was before."""
        ...
