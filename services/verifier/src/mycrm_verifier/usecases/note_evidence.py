"""Note what a mail that has just been read tells of an address: it came back, or a person answered."""

from mycrm_common.events.addresses import AddressBounced, AddressReplied
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork
from mycrm_verifier.domain.evidence import BouncedMail, Reply, is_nobody, weigh
from mycrm_verifier.domain.schedule import first_place
from mycrm_verifier.ports.findings import Mail
from mycrm_verifier.ports.queue import Customers
from mycrm_verifier.usecases.record_finding import Records, record_finding


async def note_evidence(
    event: AddressBounced | AddressReplied,
    *,
    customers: Customers,
    mail: Mail,
    records: Records,
    unit: UnitOfWork,
) -> None:
    """Believe it where it is newer than what is known; that costs no question."""
    key = email_key(event.email)
    async with unit() as work:
        reply, bounced = None, None
        if isinstance(event, AddressBounced):
            bounced = BouncedMail(
                date=event.date, status=event.status, reason=event.reason, message_id=event.message_id
            )
            await mail.put_bounce(work, key, bounced)
        elif not is_nobody(event.email):
            reply = Reply(date=event.date, message_id=event.message_id)
        customer = await customers.by_key(work, key)
        if customer is None:
            return
        job = await records.jobs.hold(work, key)
        if job is None:
            await records.jobs.put(work, customer, first_place(checked_at=None, at=work.at))
            job = await records.jobs.hold(work, key)
        assert job is not None  # noqa: S101 - the line above has written it
        told = weigh(reply, bounced, known_at=job.known_at, at=work.at)
        if told is not None:
            await record_finding(
                work, job, told.finding, customer=customer, records=records, known_at=told.known_at
            )
