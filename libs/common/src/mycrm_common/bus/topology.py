"""The names of exchanges and queues, the same for every adapter."""

from collections.abc import Mapping

EXCHANGE = "mycrm.events"
PARKED = "mycrm.parked"
DEAD_LETTERS = "mycrm.dlx"
DELIVERY_LIMIT = 20

# A queue's arguments can never be changed: other ones need a queue of another name (`.v2`). Dead letters travel
# at least once, for which a queue must refuse rather than drop when it is full; ours have no length to reach.
QUEUE_ARGUMENTS: Mapping[str, str | int] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": DELIVERY_LIMIT,
    "x-dead-letter-exchange": DEAD_LETTERS,
    "x-dead-letter-routing-key": PARKED,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
# Looking into the parking queue gives its events back each time; RabbitMQ 4 would drop them at the 21st.
PARKING_ARGUMENTS: Mapping[str, str | int] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}

# Told for the feed and for integrators alone: no consumer of ours binds them, so the broker may have no queue
# to put them into. Any other event that finds no queue stays in the outbox until its consumer has started.
FEED_ONLY = frozenset(
    {
        "backup.completed.v1",
        "import.progressed.v1",
        "mailbox.failed.v1",
        "mailbox.synced.v1",
    }
)


def consumer_name(*, service: str, use: str) -> str:
    """Return the lasting name of one consumer: its queue, and its rows in inbox and deliveries."""
    return f"mycrm.{service}.{use}.v1"
