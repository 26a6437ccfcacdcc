"""Look at new addresses without asking anybody who counts: our own mail, syntax, DNS, lists.

What that decides is done; the rest waits for a question to the provider, or is done too where there is none.
"""

import asyncio
from dataclasses import dataclass

from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom, UnitOfWork, Work
from mycrm_verifier.domain.evidence import REPLY_COUNTS, Evidence, weigh
from mycrm_verifier.domain.schedule import Lane
from mycrm_verifier.domain.verdicts import Finding, Verdict
from mycrm_verifier.ports.findings import Mail
from mycrm_verifier.ports.provider import FreeChecks, Provider
from mycrm_verifier.ports.queue import Customers, Job
from mycrm_verifier.usecases.record_finding import Records, record_finding

_AT_ONCE = 20
NOTHING_KNOWN = "no mail tells of this address"


@dataclass(frozen=True, kw_only=True)
class Looker:
    """What is looked at; `free` is None where neither DNS nor lists may be asked."""

    customers: Customers
    mail: Mail
    records: Records
    free: FreeChecks | None
    unit: UnitOfWork
    reading: ReadingRoom
    owner: str
    clock: Clock


async def look_at_addresses(looker: Looker, *, provider: Provider | None) -> int:
    """Look at some addresses and return how many; what stays open waits for the provider, if there is one."""
    async with looker.unit() as work:
        claimed = await looker.records.jobs.claim_fresh(work, owner=looker.owner, limit=_AT_ONCE)
    seen = await asyncio.gather(*(_seen(job, looker, provider) for job in claimed))
    if claimed:
        async with looker.unit() as work:
            for job, found in sorted(zip(claimed, seen, strict=True), key=lambda pair: pair[0].email_key):
                await _settle(work, job, found, looker=looker, asks_later=provider is not None)
    return len(claimed)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What was found for free; `is_last` where no question would tell more."""

    finding: Finding | None
    is_last: bool = False


async def _seen(job: Job, looker: Looker, provider: Provider | None) -> _Seen:
    finding = None if looker.free is None else await looker.free.look(job.email)
    if finding is not None and (finding.is_decisive or finding.evidence == "disposable"):
        return _Seen(finding=finding, is_last=True)
    foreseen = None if provider is None else await provider.foresee(job.email)
    if provider is None or foreseen is None:
        return _Seen(finding=finding, is_last=provider is None)
    known = Finding(
        verdict=foreseen.verdict, log=foreseen.log, source=provider.name, evidence=foreseen.evidence
    )
    return _Seen(finding=known, is_last=True)


async def _settle(work: Work, job: Job, seen: _Seen, *, looker: Looker, asks_later: bool) -> None:
    records = looker.records
    customer = await looker.customers.by_key(work, job.email_key)
    if customer is None or not (customer.is_candidate or job.lane is Lane.ASKED):
        await records.jobs.finish(work, job, known_at=None, is_checked=False)
        await records.tasks.close(work, job.email_key, check_id=None)
        return
    told = await evidence_of(work, job, mail=looker.mail)
    if told is not None:
        await record_finding(
            work, job, told.finding, customer=customer, records=records, known_at=told.known_at
        )
    elif seen.finding is not None and seen.is_last:
        await record_finding(work, job, seen.finding, customer=customer, records=records)
    elif asks_later:
        await records.jobs.wait(work, job)
    elif job.lane is Lane.ASKED:
        nothing = Finding(verdict=Verdict.UNKNOWN, log=NOTHING_KNOWN, source="local")
        await record_finding(work, job, nothing, customer=customer, records=records)
    else:
        await records.jobs.finish(work, job, known_at=None, is_checked=False)


async def evidence_of(work: Work, job: Job, *, mail: Mail) -> Evidence | None:
    """What our mail tells of an address that is newer than what is known."""
    reply = await mail.newest_reply(work, job.email_key, since=work.at - REPLY_COUNTS)
    bounced = await mail.newest_bounce(work, job.email_key)
    return weigh(reply, bounced, known_at=job.known_at, at=work.at)
