"""The ledger counts: ignored mail as runs of uids, held mail with its beginning, conversations.

Where each mail lies is asked of the server anew: `locations` was not held to `messages` before. The content keys
keep that from storing anything twice.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0002"
down_revision = "0001"
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
    """Make the tables of the ledger, and let every folder be looked at anew."""
    _columns()
    op.drop_table("locations", if_exists=True)
    _locations()
    _sets()
    _copies()
    folders = sa.table("folders", sa.column("window_from"))
    op.execute(folders.update().values(window_from=None))


def _columns() -> None:
    # SQLite knows no IF NOT EXISTS here, and needs none: its migration is one transaction.
    again: dict[str, Any] = {} if op.get_bind().dialect.name == "sqlite" else {"if_not_exists": True}
    op.add_column("folders", sa.Column("compared_at", types.UtcDateTime(), nullable=True), **again)
    op.add_column(
        "folders", sa.Column("found_missing", types.Id, nullable=False, server_default="0"), **again
    )
    op.add_column("messages", sa.Column("mark", types.name(10), nullable=False, server_default=""), **again)
    op.add_column("messages", sa.Column("refs", types.LongText, nullable=True), **again)
    op.add_column("messages", sa.Column("thread_key", types.Digest, nullable=True), **again)
    op.create_index("ix_messages_thread_key", "messages", ["thread_key"], if_not_exists=True)


def _locations() -> None:
    op.create_table(
        "locations",
        sa.Column("folder_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid_validity", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid", types.Id, autoincrement=False, nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("reason", types.name(80), nullable=False),
        sa.Column("detail", sa.String(length=1000), nullable=False),
        sa.Column("message_id", types.Id, nullable=True),
        sa.Column("internal_date", types.UtcDateTime(), nullable=True),
        sa.Column("size", types.Id, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "uid_validity", "uid", name="pk_locations"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name="fk_locations_message_id",
            ondelete="SET NULL",
        ),
        **_TABLE,
    )
    op.create_index("ix_locations_message_id", "locations", ["message_id"], if_not_exists=True)
    op.create_index("ix_locations_state", "locations", ["state", "folder_id"], if_not_exists=True)


def _sets() -> None:
    op.create_table(
        "uid_runs",
        sa.Column("folder_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid_validity", types.Id, autoincrement=False, nullable=False),
        sa.Column("first_uid", types.Id, autoincrement=False, nullable=False),
        sa.Column("last_uid", types.Id, nullable=False),
        sa.Column("reason", types.name(40), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "uid_validity", "first_uid", name="pk_uid_runs"),
        **_TABLE,
    )
    op.create_table(
        "held_mails",
        sa.Column("folder_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid_validity", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid", types.Id, autoincrement=False, nullable=False),
        sa.Column("beginning", types.LongBytes, nullable=False),
        sa.Column("held_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "uid_validity", "uid", name="pk_held_mails"),
        **_TABLE,
    )


def _copies() -> None:
    op.create_table(
        "mail_copies",
        sa.Column("request_id", types.name(36), nullable=False),
        sa.Column("position", types.Id, autoincrement=False, nullable=False),
        sa.Column("bytes", types.LongBytes, nullable=False),
        sa.Column("copied_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "position", name="pk_mail_copies"),
        **_TABLE,
    )
    op.create_index("ix_mail_copies_copied_at", "mail_copies", ["copied_at"], if_not_exists=True)
