"""Checks of addresses: the queue, the history, the budget, and what the mail has told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# MariaDB commits each statement by itself: after a crash the revision runs again and passes over what is there.
_TABLE: dict[str, Any] = {
    "if_not_exists": True,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}


def upgrade() -> None:
    """Make the tables; addresses that are there already are queued when the verifier starts."""
    _queue()
    _findings()
    _budget()
    _told()
    for table, name, columns in (
        ("check_jobs", "customer_id", ["customer_id"]),
        ("check_jobs", "queue", ["state", "lane", "rank_at", "email_key"]),
        ("check_jobs", "checked_at", ["state", "checked_at"]),
        ("checks", "email_key", ["email_key", "id"]),
        ("checks", "customer_id", ["customer_id", "id"]),
        ("check_calls", "used_at", ["used_at"]),
        ("check_tasks", "email_key", ["email_key"]),
        ("check_tasks", "created_at", ["created_at"]),
    ):
        op.create_index(f"ix_{table}_{name}", table, columns, if_not_exists=True)


def _queue() -> None:
    op.create_table(
        "check_jobs",
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("customer_id", types.Id, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("lane", types.name(10), nullable=False),
        sa.Column("rank_at", types.UtcDateTime(), nullable=False),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("claimed_by", types.name(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", types.UtcDateTime(), nullable=False),
        sa.Column("checked_at", types.UtcDateTime(), nullable=True),
        sa.Column("known_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("email_key", name="pk_check_jobs"),
        **_TABLE,
    )


def _findings() -> None:
    op.create_table(
        "checks",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("customer_id", types.Id, nullable=False),
        sa.Column("verdict", types.name(12), nullable=False),
        sa.Column("valid", types.Small, nullable=True),
        sa.Column("log", sa.String(length=1000), nullable=False),
        sa.Column("source", types.name(40), nullable=False),
        sa.Column("evidence", sa.String(length=1000), nullable=False),
        sa.Column("known_at", types.UtcDateTime(), nullable=False),
        sa.Column("checked_at", types.UtcDateTime(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        **_TABLE,
    )


def _budget() -> None:
    op.create_table(
        "check_calls",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("provider", types.name(40), nullable=False),
        sa.Column("used_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_calls"),
        **_TABLE,
    )
    op.create_table(
        "check_providers",
        sa.Column("name", types.name(40), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=False),
        sa.Column("active_at", types.UtcDateTime(), nullable=False),
        sa.Column("blocked_until", types.UtcDateTime(), nullable=True),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=1000), nullable=False),
        sa.Column("broken_until", types.UtcDateTime(), nullable=True),
        sa.Column("since_again", sa.Integer(), nullable=False),
        sa.Column("asked_in_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_check_providers"),
        **_TABLE,
    )


def _told() -> None:
    op.create_table(
        "bounced_addresses",
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("date", types.UtcDateTime(), nullable=False),
        sa.Column("status", types.name(20), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("message_id", types.Id, nullable=False),
        sa.PrimaryKeyConstraint("email_key", name="pk_bounced_addresses"),
        **_TABLE,
    )
    op.create_table(
        "check_tasks",
        sa.Column("request_id", types.name(36), nullable=False),
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("check_id", types.Id, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_check_tasks"),
        **_TABLE,
    )
