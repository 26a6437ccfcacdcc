"""The newest refresh token of the grant with which the mailbox is opened."""

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of renewed grants."""
    op.create_table(
        "renewed_grants",
        sa.Column("grant_key", types.key(64), nullable=False),
        sa.Column("sealed", types.LongText, nullable=False),
        sa.Column("renewed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("grant_key", name="pk_renewed_grants"),
        if_not_exists=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )
