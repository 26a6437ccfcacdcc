"""Who is asked about an address."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from mycrm_verifier.domain.verdicts import Finding, Verdict


class Outcome(StrEnum):
    """What came of a question: an answer, no more questions for now, a failure of theirs, or `come again later`."""

    ANSWERED = "answered"
    LIMITED = "limited"
    FAILED = "failed"
    LATER = "later"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a provider said of an address, or why it said nothing."""

    outcome: Outcome
    log: str
    verdict: Verdict = Verdict.UNKNOWN
    credits: int | None = None
    evidence: str = ""
    again_after: timedelta | None = None


class Provider(Protocol):
    """One that can be asked. `cost` is how many tokens a question takes, `reveals` who learns of the address."""

    @property
    def name(self) -> str:
        """Under which it is chosen and its findings are kept."""
        ...

    @property
    def cost(self) -> int:
        """How many tokens of the budget a question takes."""
        ...

    @property
    def reveals(self) -> str:
        """Who learns of the address."""
        ...

    async def fault(self) -> str:
        """Why nobody can be asked from here, empty if somebody can; found out before a token is taken."""
        ...

    async def foresee(self, email: str) -> Answer | None:
        """An answer that takes no token because nobody is asked; None where somebody has to be."""
        ...

    async def check(self, email: str) -> Answer:
        """What there is to know of an address; whatever goes wrong is an answer too."""
        ...

    async def close(self) -> None:
        """Let go of its connections."""
        ...


class AsksAtOnce:
    """What a provider is that knows nothing before it asks."""

    async def fault(self) -> str:
        """Nothing is known to keep it from asking."""
        return ""

    async def foresee(self, email: str) -> Answer | None:
        """Nothing is known of any address."""
        del email
        return None


class HostTurns(Protocol):
    """Who may talk to which mail server."""

    def one_at(self, host: str) -> AbstractAsyncContextManager[bool]:
        """Be the only one who talks to a server; False where somebody else does so for too long."""
        ...


class FreeChecks(Protocol):
    """What can be known of an address without asking anybody who counts."""

    async def look(self, email: str) -> Finding:
        """A finding; one that decides nothing says in `evidence` what was seen."""
        ...
