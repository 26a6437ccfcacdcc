"""Put a customer's follow-up off for some days, or take it up again."""

from datetime import tzinfo

from mycrm_api.domain.followups import FollowupMark, end_of_snooze
from mycrm_api.ports.customers import Customers
from mycrm_api.ports.followups import Followups
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import UnitOfWork


async def snooze_followup(
    customer_id: int,
    *,
    days: int | None,
    zone: tzinfo,
    customers: Customers,
    followups: Followups,
    unit: UnitOfWork,
) -> FollowupMark:
    """Hide the customer from the list until that many days have begun; None shows it again."""
    async with unit() as work:
        if await customers.hold(work, customer_id) is None:
            raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
        until = None if days is None else end_of_snooze(work.at, days=days, zone=zone)
        await followups.put_snooze(work, customer_id, until)
        return await followups.mark_of(work, customer_id)
