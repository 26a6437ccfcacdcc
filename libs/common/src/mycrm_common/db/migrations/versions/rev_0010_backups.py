"""Backups: their runs, what people asked of them, trusted hosts, and since when the timer counts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0010"
down_revision = "0009"
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
    """Make the four tables."""
    _runs()
    _tasks()
    _hosts_and_timer()


def _runs() -> None:
    op.create_table(
        "backup_runs",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("state", types.name(12), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("file", sa.String(length=500), nullable=False),
        sa.Column("sent", types.Id, nullable=False),
        sa.Column("bytes", types.Id, nullable=False),
        sa.Column("sha256", types.name(64), nullable=False),
        sa.Column("manifest", types.LongText, nullable=False),
        sa.Column("removed", types.LongText, nullable=False),
        sa.Column("prune_reason", types.name(60), nullable=False),
        sa.Column("reason", types.name(60), nullable=False),
        sa.Column("detail", sa.String(length=1000), nullable=False),
        sa.Column("tried_at", types.UtcDateTime(), nullable=True),
        sa.Column("verified_at", types.UtcDateTime(), nullable=True),
        sa.Column("verify_seconds", sa.Float(), nullable=True),
        sa.Column("verify_reason", types.name(60), nullable=False),
        sa.Column("verify_detail", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backup_runs"),
        **_TABLE,
    )
    op.create_index("ix_backup_runs_state", "backup_runs", ["state"], if_not_exists=True)


def _tasks() -> None:
    op.create_table(
        "backup_tasks",
        sa.Column("request_id", types.name(36), nullable=False),
        sa.Column("verb", types.name(20), nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", types.LongText, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_backup_tasks"),
        **_TABLE,
    )
    op.create_index("ix_backup_tasks_created_at", "backup_tasks", ["created_at"], if_not_exists=True)


def _hosts_and_timer() -> None:
    op.create_table(
        "backup_hosts",
        sa.Column("host", types.key(300), nullable=False),
        sa.Column("host_key", types.LongText, nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("trusted_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_backup_hosts"),
        **_TABLE,
    )
    op.create_table(
        "backup_timer",
        sa.Column("name", types.name(20), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_backup_timer"),
        **_TABLE,
    )
