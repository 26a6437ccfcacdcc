"""Say that a customer's follow-up is done, by telephone for instance, or that it is not."""

from mycrm_api.domain.followups import FollowupMark
from mycrm_api.ports.customers import Customers
from mycrm_api.ports.followups import Followups
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import UnitOfWork


async def finish_followup(
    customer_id: int,
    *,
    is_done: bool,
    customers: Customers,
    followups: Followups,
    unit: UnitOfWork,
) -> FollowupMark:
    """Let this moment count as a contact for the follow-up list, or no moment at all."""
    async with unit() as work:
        if await customers.hold(work, customer_id) is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        await followups.put_done(work, customer_id, work.at if is_done else None)
        return await followups.mark_of(work, customer_id)
