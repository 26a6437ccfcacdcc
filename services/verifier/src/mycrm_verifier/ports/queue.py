"""Addresses that are to be checked, and the customers whose they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.schedule import Lane, Place, State


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """What is known of a customer's address outside the verifier."""

    id: int
    email: str
    email_key: str
    valid: int
    last_checked_date: datetime | None

    @property
    def is_candidate(self) -> bool:
        """Whether the address is worth a check."""
        return self.valid != 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One address in the queue, or done; `attempts` counts questions that were not answered."""

    email_key: str
    email: str
    customer_id: int
    state: State
    lane: Lane
    attempts: int
    checked_at: datetime | None
    known_at: datetime | None


class Customers(Protocol):
    """The customers, as api keeps them."""

    async def by_id(self, reading: Reading, customer_id: int) -> Customer | None:
        """The customer, None where there is none."""
        ...

    async def by_key(self, reading: Reading, email_key: str) -> Customer | None:
        """The customer who has this address, None where nobody has."""
        ...

    async def is_queued(self, reading: Reading, customer_id: int) -> bool:
        """Whether there is a job of the address that a customer has."""
        ...

    async def without_job(
        self, reading: Reading, *, after: int, limit: int, until: int | None = None
    ) -> Sequence[Customer]:
        """Some candidates without a job, by id from after one, and until one where that is said."""
        ...

    async def about_to_be_written_to(self, reading: Reading, *, at: datetime, limit: int) -> Collection[str]:
        """The keys of addresses that wait for a check and whose follow-up is due."""
        ...


class Jobs(Protocol):
    """The queue."""

    async def hold(self, work: Work, email_key: str) -> Job | None:
        """The job of an address, which nobody else changes until this work is done."""
        ...

    async def put(self, work: Work, customer: Customer, place: Place, *, state: State = State.FRESH) -> None:
        """Write a job down; one that is there stays as it is."""
        ...

    async def put_many(self, work: Work, entries: Sequence[tuple[Customer, Place]]) -> None:
        """Write many jobs down; those that are there stay as they are."""
        ...

    async def prefer(self, work: Work, email_key: str, place: Place) -> None:
        """Let an address be looked at anew, at this place, at once."""
        ...

    async def move_up(self, work: Work, email_keys: Collection[str], place: Place) -> None:
        """Give addresses that wait another place."""
        ...

    async def remove(self, work: Work, email_key: str) -> None:
        """Forget an address."""
        ...

    async def of_customer(self, work: Work, customer_id: int) -> Sequence[Job]:
        """The jobs of a customer: its address, and any that it had before."""
        ...

    async def claim_fresh(self, work: Work, *, owner: str, limit: int) -> Sequence[Job]:
        """Some addresses that nobody has looked at yet, ours until `IN_HAND` is over."""
        ...

    async def claim_waiting(self, work: Work, lane: Lane, *, owner: str) -> Job | None:
        """The next address of a lane that waits for a question, ours until `IN_HAND` is over."""
        ...

    async def anybody_waits(self, reading: Reading, *, at: datetime, state: State) -> bool:
        """Whether some address could be worked at."""
        ...

    async def wait(self, work: Work, job: Job) -> None:
        """Let an address that was looked at wait for a question."""
        ...

    async def rest(self, work: Work, job: Job, *, until: datetime, attempts: int) -> None:
        """Let an address be tried again later."""
        ...

    async def finish(self, work: Work, job: Job, *, known_at: datetime | None, is_checked: bool) -> None:
        """Note that an address is done for now; `is_checked` where an answer came of it."""
        ...

    async def revive(self, work: Work, *, older_than: timedelta, limit: int) -> int:
        """Let addresses that were checked so long ago be looked at anew, and return how many."""
        ...
