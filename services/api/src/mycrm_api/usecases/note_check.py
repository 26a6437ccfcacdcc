"""Note what a check has found about a customer's address; the version stays, for nobody has edited anything."""

from mycrm_api.ports.changes import CustomerBooks
from mycrm_api.ports.checks import Checks
from mycrm_common.events.checks import CustomerVerified
from mycrm_common.keys import email_key
from mycrm_common.work import UnitOfWork

_DECIDE = frozenset({"valid", "invalid", "unconfirmed"})
_UNANSWERED = "unanswered"


async def note_check(
    event: CustomerVerified, *, checks: Checks, books: CustomerBooks, unit: UnitOfWork
) -> None:
    """Keep the newest result, in whatever order they come; what a person has set since then stays."""
    async with unit() as work:
        await books.contacts.hold_company_of(work, event.customer_id)
        customer = await checks.hold(work, event.customer_id)
        verdict = await checks.verdict_of(work, event.customer_id, checked_at=event.checked_at)
        is_finished = verdict != _UNANSWERED
        if is_finished:
            await checks.put_checked_date(work, event.checked_at)
        if customer is None or customer.email_key != email_key(event.email):
            return
        if customer.last_checked_date is not None and customer.last_checked_date >= event.checked_at:
            return
        decides = (verdict is None or verdict in _DECIDE) and not await checks.was_corrected(
            work, event.customer_id, since=event.checked_at
        )
        await checks.put_result(
            work,
            event.customer_id,
            valid=event.valid if decides else None,
            checked_at=event.checked_at if is_finished else None,
            log=event.log,
        )
        if decides and (event.valid == 0) != (customer.valid == 0):
            await books.contacts.recompute_company_contact(work, [customer.company])
        await books.search.note_changed(work, [event.customer_id])
