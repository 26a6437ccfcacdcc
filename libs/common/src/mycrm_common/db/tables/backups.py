"""Copies of the database: each run with its manifest, what people asked, and which hosts are trusted.

`backup_runs` is what MyCRM knows of its copies; the truth about a copy is its manifest, which lies beside it.
`backup_timer` has one row: since when the timer counts, so that a fresh MyCRM does not catch up with the past.
"""

from sqlalchemy import Boolean, Column, Float, Integer, String

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, LongBytes, LongText, UtcDateTime, key, name

OWNER = "backup"

backup_runs = table(
    "backup_runs",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("state", name(12), nullable=False, index=True),
    Column("asked", Boolean, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("place", String(500), nullable=False),
    Column("file", String(500), nullable=False),
    Column("sent", Id, nullable=False),
    Column("bytes", Id, nullable=False),
    Column("sha256", name(64), nullable=False),
    Column("manifest", LongText, nullable=False),
    Column("removed", LongText, nullable=False),
    Column("prune_reason", name(60), nullable=False),
    Column("reason", name(60), nullable=False),
    Column("detail", String(1000), nullable=False),
    Column("tried_at", UtcDateTime),
    Column("verified_at", UtcDateTime),
    Column("verify_seconds", Float),
    Column("verify_reason", name(60), nullable=False),
    Column("verify_detail", String(1000), nullable=False),
    owner=OWNER,
)

# What people asked of backups, taken over from `requests` by its event; done outside any transaction.
backup_tasks = table(
    "backup_tasks",
    Column("request_id", name(36), primary_key=True),
    Column("verb", name(20), nullable=False),
    Column("state", name(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("answer", LongText),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    owner=OWNER,
)

# A copy on its way to whoever downloads it: a few pieces at a time, gone when they were taken.
backup_pieces = table(
    "backup_pieces",
    Column("request_id", name(36), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LongBytes, nullable=False),
    Column("put_at", UtcDateTime, nullable=False, index=True),
    owner=OWNER,
)

backup_hosts = table(
    "backup_hosts",
    Column("host", key(300), primary_key=True),
    Column("host_key", LongText, nullable=False),
    Column("fingerprint", String(200), nullable=False),
    Column("trusted_at", UtcDateTime, nullable=False),
    owner=OWNER,
)

backup_timer = table(
    "backup_timer",
    Column("name", name(20), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    owner=OWNER,
)
