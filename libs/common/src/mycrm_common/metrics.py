"""Figures for monitoring, in Prometheus' text form.

What is counted while it happens is counted here; what lies in the database (how much waits in the outbox, and for
how long) is asked when somebody looks, so that every process tells the same.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._published = Counter(
            "mycrm_relay_publish", "Events handed to the bus, by result.", ["result"], registry=self._registry
        )
        self._duplicates = Counter(
            "mycrm_inbox_duplicates",
            "Events that had been done before.",
            ["consumer"],
            registry=self._registry,
        )
        self._handled = Histogram(
            "mycrm_handler_seconds",
            "Time to do one event, with its transaction.",
            ["consumer"],
            buckets=(0.005, 0.02, 0.1, 0.5, 2.0, 10.0),
            registry=self._registry,
        )
        self._pending = Gauge(
            "mycrm_outbox_pending", "Events that wait in the outbox.", registry=self._registry
        )
        self._parked = Gauge(
            "mycrm_outbox_parked", "Events that the bus refused for good.", registry=self._registry
        )
        self._oldest = Gauge(
            "mycrm_outbox_oldest_seconds", "Age of the oldest that waits.", registry=self._registry
        )
        self._deliveries = Gauge(
            "mycrm_deliveries", "Events that wait for a consumer.", ["state"], registry=self._registry
        )
        self._copy_age = Gauge(
            "mycrm_backup_age_seconds",
            "Age of the newest copy that was made, and of the newest that was proven to restore.",
            ["copy"],
            registry=self._registry,
        )
        self._copy_bytes = Gauge("mycrm_backup_bytes", "Size of the newest copy.", registry=self._registry)
        self._copy_failed = Gauge(
            "mycrm_backup_failed", "Whether the last run came to nothing.", registry=self._registry
        )
        self._bus = Gauge("mycrm_bus_up", "Whether the bus can be reached.", registry=self._registry)

    def published(self, *, held: int, refused: int, unknown: int) -> None:
        """Count what the bus has taken, what it will not take as it is, and what nobody knows of."""
        self._published.labels("held").inc(held)
        self._published.labels("refused").inc(refused)
        self._published.labels("unknown").inc(unknown)

    def duplicate(self, consumer: str) -> None:
        """Count an event that had been done before."""
        self._duplicates.labels(consumer).inc()

    def handled(self, consumer: str, seconds: float) -> None:
        """Note how long an event took."""
        self._handled.labels(consumer).observe(seconds)

    def waiting(
        self, *, pending: int, parked: int, oldest_seconds: float, deliveries: Mapping[str, int]
    ) -> None:
        """Note what waits in the database at a moment."""
        self._pending.set(pending)
        self._parked.set(parked)
        self._oldest.set(oldest_seconds)
        for state in ("ready", "parked"):
            self._deliveries.labels(state).set(deliveries.get(state, 0))

    def copies(
        self, *, made_seconds: float | None, proven_seconds: float | None, size: int, has_failed: bool
    ) -> None:
        """Note how old the newest copies of the database are; without one there is no age."""
        for copy, seconds in (("made", made_seconds), ("proven", proven_seconds)):
            self._copy_age.labels(copy).set(float("nan") if seconds is None else seconds)
        self._copy_bytes.set(size)
        self._copy_failed.set(has_failed)

    def bus_is_up(self, is_up: bool) -> None:  # noqa: FBT001 - the one fact that this tells
        """Note whether the bus can be reached."""
        self._bus.set(is_up)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self._registry)
