"""What was asked of the verifier, and what became of checks of addresses."""

from datetime import datetime

from mycrm_common.events.registry import Event, event


@event("check.requested.v1", subject="request_id")
class CheckRequested(Event):
    """A person asked to check a customer's address now; which one stands in the request's row."""

    request_id: str


@event("customer.verified.v1", subject="customer_id")
class CustomerVerified(Event):
    """A check of a customer's address finished; `valid` is 0, 1 or 2, `log` the answer as it was given.

    After an answer that decides nothing `valid` is what it was before.
    """

    customer_id: int
    email: str
    valid: int
    log: str
    provider: str
    checked_at: datetime
