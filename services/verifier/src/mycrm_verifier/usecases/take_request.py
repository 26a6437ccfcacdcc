"""Take over that a person wants an address checked now."""

from mycrm_common.events.checks import CheckRequested
from mycrm_common.work import UnitOfWork
from mycrm_verifier.domain.schedule import Lane, Place
from mycrm_verifier.ports.findings import Requests, Tasks
from mycrm_verifier.ports.queue import Customers, Jobs


async def take_request(
    event: CheckRequested,
    *,
    requests: Requests,
    customers: Customers,
    jobs: Jobs,
    tasks: Tasks,
    unit: UnitOfWork,
) -> None:
    """Put the address in front of all others; the second time nothing happens."""
    async with unit() as work:
        customer_id = await requests.customer_of(work, event.request_id)
        customer = None if customer_id is None else await customers.by_id(work, customer_id)
        if customer is None or not await tasks.put(work, event.request_id, email_key=customer.email_key):
            return
        front = Place(lane=Lane.ASKED, rank_at=work.at)
        await jobs.put(work, customer, front)
        await jobs.prefer(work, customer.email_key, front)
