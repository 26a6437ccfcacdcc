"""The names of exchanges and queues, the same for every adapter."""

EXCHANGE = "mycrm.events"
PARKED = "mycrm.parked"
DEAD_LETTERS = "mycrm.dlx"
DELIVERY_LIMIT = 20


def consumer_name(*, service: str, use: str) -> str:
    """Return the lasting name of one consumer: its queue, and its rows in inbox and deliveries."""
    return f"mycrm.{service}.{use}.v1"
