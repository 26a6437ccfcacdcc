"""Ask the verifier to check a customer's address now."""

from mycrm_api.ports.customers import Customers
from mycrm_api.ports.requests import Requests
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.checks import CheckRequested
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork


async def request_check(
    customer_id: int, *, customers: Customers, requests: Requests, unit: UnitOfWork
) -> str:
    """Return the request's id; the address goes in front of all others."""
    async with unit() as work:
        if await customers.by_id(work, customer_id) is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        request_id = new_id(work.at)
        await requests.put_request(
            work,
            request_id,
            noun="checks",
            verb="check",
            parameters={"customer_id": customer_id},
            sealed=None,
        )
        work.tell(CheckRequested(request_id=request_id))
        return request_id
