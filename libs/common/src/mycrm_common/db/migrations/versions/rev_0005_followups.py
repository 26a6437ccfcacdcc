"""The follow-up list: what people noted of it, and the index along which each rating is walked by waiting time."""

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of marks, and put the index in the place of the one that began with the date."""
    # MariaDB commits each statement by itself: after a crash the revision runs again and passes over what is there.
    op.create_table(
        "followup_marks",
        sa.Column("customer_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("snoozed_until", types.UtcDateTime(), nullable=True),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_followup_marks_customer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name="pk_followup_marks"),
        if_not_exists=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )
    op.create_index(
        "ix_customers_due",
        "customers",
        ["importance", "valid", "company_last_contact", "id"],
        if_not_exists=True,
    )
    op.drop_index("ix_customers_followup", table_name="customers", if_exists=True)
