"""Write down what was found about an address, and tell everybody; part of the work that found it."""

from dataclasses import dataclass
from datetime import datetime

from mycrm_common.events.checks import CustomerVerified
from mycrm_common.work import Work
from mycrm_verifier.domain.verdicts import Finding, Verdict, short_log
from mycrm_verifier.ports.findings import Findings, Tasks
from mycrm_verifier.ports.queue import Customer, Jobs
from mycrm_verifier.ports.queue import Job as QueuedAddress


@dataclass(frozen=True, kw_only=True)
class Records:
    """Where findings are written."""

    jobs: Jobs
    findings: Findings
    tasks: Tasks


async def record_finding(
    work: Work,
    job: QueuedAddress,
    finding: Finding,
    *,
    customer: Customer,
    records: Records,
    known_at: datetime | None = None,
    credits_left: int | None = None,
) -> None:
    """Finish a job with what was found; `known_at` is the moment of what that rests on, now if it is not said."""
    moment = known_at or work.at
    check_id = await records.findings.put(work, job, finding, known_at=moment, credits_left=credits_left)
    settled = moment if finding.is_decisive else None
    await records.jobs.finish(work, job, known_at=settled, is_checked=True)
    await records.tasks.close(work, job.email_key, check_id=check_id)
    tell_of(work, customer, finding)


async def record_failure(
    work: Work, job: QueuedAddress, finding: Finding, *, customer: Customer, records: Records
) -> None:
    """Note that a question was not answered; the address is not done with that."""
    await records.findings.put(work, job, finding, known_at=work.at)
    tell_of(work, customer, finding)


def tell_of(work: Work, customer: Customer, finding: Finding) -> None:
    """Tell what a check has found; a customer of whom nothing was learned keeps its validity."""
    valid = customer.valid if finding.valid is None else finding.valid
    work.tell(
        CustomerVerified(
            customer_id=customer.id,
            email=customer.email,
            valid=valid,
            log=short_log(finding.log),
            provider=finding.source,
            checked_at=work.at,
        )
    )


def unanswered(log: str, *, source: str, evidence: str = "") -> Finding:
    """Return the finding of a check that did not come to its end."""
    return Finding(verdict=Verdict.UNANSWERED, log=short_log(log), source=source, evidence=evidence)
