"""Copies of the database on their way to whoever downloads them."""

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; MariaDB commits each statement by itself, so a second run passes over what is there."""
    op.create_table(
        "backup_pieces",
        sa.Column("request_id", types.name(36), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bytes", types.LongBytes, nullable=False),
        sa.Column("put_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "position", name="pk_backup_pieces"),
        if_not_exists=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )
    op.create_index("ix_backup_pieces_put_at", "backup_pieces", ["put_at"], if_not_exists=True)
