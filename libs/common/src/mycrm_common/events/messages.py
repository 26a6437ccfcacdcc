"""What happened to messages."""

from datetime import datetime

from mycrm_common.events.registry import Event, event


@event("message.stored.v1", subject="message_id")
class MessageStored(Event):
    """A mail was stored for the first time; `addresses` are all under which it shows, the sender's included."""

    message_id: int
    type: str
    date: datetime
    sender_address: str
    addresses: tuple[str, ...]
