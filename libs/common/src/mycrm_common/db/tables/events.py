"""Rows that carry events: shared by nature, keyed by service or consumer, owned by common.

- `outbox`: what happened, written in the transaction that made it true. `state` new, sent or parked; `seq` is
  the gapless number that the relay gives when it marks a row sent, and by which the feed is read.
- `inbox`: what a consumer has done; its key is the de-duplication.
- `deliveries`: what a consumer has still to do: handed over here where the bus holds nothing, and every retry.
- `leases`: who may run a job that must be single; `fence` rises with each new holder.
"""

from sqlalchemy import Column, Index, Integer, String, UniqueConstraint

from mycrm_common.db.tables.registry import COMMON, table
from mycrm_common.db.types import Id, LongBytes, LongText, UtcDateTime, name

outbox = table(
    "outbox",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("event_id", name(36), nullable=False, unique=True),
    Column("type", name(80), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("service", name(40), nullable=False),
    Column("body", LongBytes, nullable=False),
    Column("state", name(10), nullable=False),
    Column("seq", Id, unique=True),
    Column("available_at", UtcDateTime, nullable=False),
    Column("claimed_by", name(36)),
    Column("attempts", Integer, nullable=False),
    Column("last_error", LongText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_outbox_due", "state", "available_at", "id"),
    owner=COMMON,
)

event_sequence = table(
    "event_sequence",
    Column("name", name(20), primary_key=True),
    Column("value", Id, nullable=False),
    owner=COMMON,
)

inbox = table(
    "inbox",
    Column("consumer", name(80), primary_key=True),
    Column("event_id", name(36), primary_key=True),
    Column("processed_at", UtcDateTime, nullable=False, index=True),
    owner=COMMON,
)

deliveries = table(
    "deliveries",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("consumer", name(80), nullable=False),
    Column("event_id", name(36), nullable=False),
    Column("type", name(80), nullable=False),
    Column("body", LongBytes, nullable=False),
    Column("state", name(10), nullable=False),
    Column("available_at", UtcDateTime, nullable=False),
    Column("claimed_by", name(36)),
    Column("attempts", Integer, nullable=False),
    Column("last_error", LongText),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("consumer", "event_id"),
    Index("ix_deliveries_due", "consumer", "state", "available_at", "id"),
    owner=COMMON,
)

leases = table(
    "leases",
    Column("name", name(120), primary_key=True),
    Column("holder", name(36), nullable=False),
    Column("fence", Id, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    owner=COMMON,
)
