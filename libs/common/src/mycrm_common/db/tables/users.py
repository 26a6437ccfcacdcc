"""Accounts, their sessions, and what guards the doors."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Digest, Id, Small, UtcDateTime, key, name

users = table(
    "users",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("username", String(80), nullable=False),
    Column("username_key", key(320), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),
    Column("role", name(10), nullable=False),
    Column("language", name(10), nullable=False),
    Column("theme", String(40), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    owner="api",
)

sessions = table(
    "sessions",
    Column("token_digest", Digest, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    owner="api",
)

sign_in_failures = table(
    "sign_in_failures",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("account_key", key(320), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sign_in_failures_account", "account_key", "address", "at"),
    owner="api",
)

# One row at most (id 1): whoever sets MyCRM up first takes it, on whichever replica that happens.
setup = table(
    "setup",
    Column("id", Small, primary_key=True, autoincrement=False),
    Column("code_digest", Digest),
    Column("done_at", UtcDateTime),
    owner="api",
)
