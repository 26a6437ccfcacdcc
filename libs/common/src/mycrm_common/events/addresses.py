"""What mail tells of an address: that it does not work, or that a person reads it."""

from datetime import datetime

from mycrm_common.events.registry import Event, event


@event("address.bounced.v1", subject="email")
class AddressBounced(Event):
    """A mail to this address came back; `status` is like 5.1.1 (RFC 3463) or empty, `reason` the server's words."""

    email: str
    message_id: int
    status: str
    date: datetime
    reason: str = ""


@event("address.replied.v1", subject="email")
class AddressReplied(Event):
    """A person wrote from this address: no machine, no list. `status` is always empty."""

    email: str
    message_id: int
    status: str
    date: datetime
