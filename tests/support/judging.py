"""Judges the labelled addresses as the verifier does, free looks first, and counts how often it was right."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mycrm_verifier.domain.verdicts import Verdict
from mycrm_verifier.ports.provider import Outcome
from mycrm_verifier.providers.lists import Words
from mycrm_verifier.providers.local import LocalChecks
from mycrm_verifier.providers.smtp import Manners, SmtpProvider
from mycrm_verifier.providers.smtp_talk import Introduction
from tests.support.fake_dns import fake_dns
from tests.support.fake_mail_hosts import fake_mail_hosts
from tests.support.labelled_addresses import (
    INVALID,
    THROW_AWAY,
    UNCONFIRMED,
    VALID,
    Labelled,
    LabelledWorld,
    labelled_world,
)

_AT_ONCE = 10
# Who was asked to come again comes so often.
_TIMES = 3
# Where the truth can be found out from outside; the others' servers tell nobody, or not us.
TELLING = frozenset({"honest", "greylisting", "catch-all", "no address", "no domain", "no mail", "odd"})
VERDICTS = (VALID, INVALID, UNCONFIRMED)


class InTurn:
    """One conversation with a mail server at a time, within this process."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def one_at(self, host: str) -> AsyncIterator[bool]:
        """Be the only one who talks to a server."""
        async with self._locks.setdefault(host, asyncio.Lock()):
            yield True


@dataclass
class Judged:
    """What was said of each address, and how long all of it took."""

    said: list[tuple[Labelled, str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def wrongly(self, verdict: str) -> Sequence[tuple[str, str]]:
        """The addresses of which that was said and is not true, with the log."""
        return [(one.email, log) for one, said, log in self.said if said == verdict != one.truth]

    def precision(self, verdict: str) -> float:
        """How many of those of whom it was said it was true of."""
        claimed = [one for one, said, _ in self.said if said == verdict]
        return sum(one.truth == verdict for one in claimed) / len(claimed)

    def recall(self, verdict: str, *, groups: frozenset[str] | None = None) -> float:
        """How many of those of whom it is true it was said of; whoever says nothing is not right."""
        true = [
            said
            for one, said, _ in self.said
            if one.truth == verdict and (groups is None or one.group in groups)
        ]
        return sum(said == verdict for said in true) / len(true)

    def by_group(self) -> Mapping[tuple[str, str, str], int]:
        """How often what was said of what, in which group."""
        return Counter((one.group, one.truth, said) for one, said, _ in self.said)


async def judge_labelled(world: LabelledWorld | None = None) -> Judged:
    """Judge all labelled addresses."""
    world = world or labelled_world()
    judged, slots = Judged(), asyncio.Semaphore(_AT_ONCE)
    async with fake_dns(world.zone.zone) as dns, fake_mail_hosts(world.hosts) as port:
        free = LocalChecks(resolver=dns.resolver, disposable=Words({THROW_AWAY}))
        provider = SmtpProvider(
            me=Introduction(helo="crm.example.org", sender="check@example.org"),
            probes=(),
            turns=InTurn(),
            manners=Manners(port=port, allow_private=True),
            resolver=dns.resolver,
        )

        async def judge(one: Labelled) -> None:
            async with slots:
                judged.said.append((one, *await _verdict(one.email, free, provider)))

        began = time.perf_counter()
        await asyncio.gather(*(judge(one) for one in world.addresses))
        judged.seconds = time.perf_counter() - began
    return judged


async def _verdict(email: str, free: LocalChecks, provider: SmtpProvider) -> tuple[str, str]:
    found = await free.look(email)
    if found.is_decisive or found.evidence == "disposable":
        return found.verdict.value, found.log
    log = ""
    for _ in range(_TIMES):
        answer = await provider.check(email)
        if answer.outcome is not Outcome.LATER:
            return answer.verdict.value, answer.log
        log = answer.log
    return Verdict.UNKNOWN.value, log
