"""The budget of questions, and how the provider does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mycrm_common.work import Reading, Work
from mycrm_verifier.domain.breaker import Breaker
from mycrm_verifier.domain.budget import Budget
from mycrm_verifier.domain.schedule import Turns


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How it stands with the provider: its budget, whether it fails, whose turn it is, what it has left."""

    budget: Budget
    breaker: Breaker = field(default_factory=Breaker)
    turns: Turns = field(default_factory=Turns)
    credits: int | None = None


class Budgets(Protocol):
    """The tokens, kept for all replicas."""

    async def hold(self, work: Work, provider: str, *, per_hour: int) -> Standing:
        """The present standing, which no replica changes until this work is done."""
        ...

    async def look(self, reading: Reading, provider: str, *, per_hour: int) -> Standing:
        """The standing as it was a moment ago."""
        ...

    async def save(self, work: Work, provider: str, standing: Standing) -> None:
        """Write the standing down, except for the tokens."""
        ...

    async def put_calls(self, work: Work, provider: str, *, used_at: datetime, count: int = 1) -> None:
        """Note that tokens were used."""
        ...

    async def settle_calls(self, work: Work) -> None:
        """Bring tokens that were used in the future to the present, and forget those that are back."""
        ...

    async def activate(self, work: Work, provider: str, *, cost: int, per_hour: int) -> None:
        """Note which provider is asked from now on, for people to see."""
        ...
