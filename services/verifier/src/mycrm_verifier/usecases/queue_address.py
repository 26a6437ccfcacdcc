"""Queue an address when its customer was added or changed, and forget it when nobody has it any more.

After an import there is an event for each of thousands of customers, most of whom `queue_neighbours` has queued
before: such an event costs one question.
"""

from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork, Work
from mycrm_verifier.domain.schedule import State, first_place
from mycrm_verifier.domain.verdicts import VALIDITY, Finding
from mycrm_verifier.ports.findings import Findings
from mycrm_verifier.ports.queue import Customer, Customers, Job, Jobs

PERSON = "person"
_VERDICTS = {valid: verdict for verdict, valid in VALIDITY.items()}


async def queue_address(
    event: CustomerAdded | CustomerUpdated | CustomerDeleted,
    *,
    customers: Customers,
    jobs: Jobs,
    findings: Findings,
    unit: UnitOfWork,
) -> bool:
    """Make the queue what the customer is by now, in whatever order events arrive; True if somebody waits."""
    async with unit() as work:
        if isinstance(event, CustomerAdded) and await customers.is_queued(work, event.customer_id):
            return False
        customer = await customers.by_id(work, event.customer_id)
        job = await _leave(work, event.customer_id, customer, jobs=jobs)
        if customer is None:
            return False
        if job is None:
            job = await jobs.hold(work, customer.email_key)
        if job is None and customer.is_candidate:
            has_moved = (
                event.previous_email is not None and email_key(event.previous_email) != customer.email_key
            )
            checked_at = None if has_moved else customer.last_checked_date
            await jobs.put(work, customer, first_place(checked_at=checked_at, at=work.at))
            return True
        if isinstance(event, CustomerUpdated) and "valid" in event.changed:
            await _believe(work, customer, jobs=jobs, findings=findings)
        return False


async def _leave(work: Work, customer_id: int, customer: Customer | None, *, jobs: Jobs) -> Job | None:
    """Forget the addresses that the customer has no more; return the job of the one that it has."""
    found = None
    for job in await jobs.of_customer(work, customer_id):
        if customer is not None and job.email_key == customer.email_key:
            found = job
        else:
            await jobs.remove(work, job.email_key)
    return found


async def _believe(work: Work, customer: Customer, *, jobs: Jobs, findings: Findings) -> None:
    """Let what a person says be evidence: older bounces and answers do not undo it."""
    job = await jobs.hold(work, customer.email_key)
    if job is None:
        await jobs.put(work, customer, first_place(checked_at=None, at=work.at), state=State.DONE)
        job = await jobs.hold(work, customer.email_key)
    assert job is not None  # noqa: S101 - the line above has written it
    said = Finding(verdict=_VERDICTS[customer.valid], log="corrected by hand", source=PERSON)
    await findings.put(work, job, said, known_at=work.at)
    await jobs.finish(work, job, known_at=work.at, is_checked=True)
