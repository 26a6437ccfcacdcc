"""What became of checks of addresses."""

from datetime import datetime

from mycrm_common.events.registry import Event, event


@event("customer.verified.v1", subject="customer_id")
class CustomerVerified(Event):
    """A check of a customer's address finished; `valid` is 0, 1 or 2, `log` the answer as it was given."""

    customer_id: int
    email: str
    valid: int
    log: str
    provider: str
    checked_at: datetime
