"""What was changed of each customer, and what it takes to bring a deleted one back whole."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types
from mycrm_common.keys import text_key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PIECE = 500


def upgrade() -> None:
    """Make the table of changes; deleted customers get their keys and the marks of their follow-up."""
    # MariaDB commits each statement by itself: after a crash the revision runs again and passes over what is there.
    _history()
    again: dict[str, Any] = {} if op.get_bind().dialect.name == "sqlite" else {"if_not_exists": True}
    for column in (
        sa.Column("name_key", types.key(320), nullable=False, server_default=""),
        sa.Column("company_key", types.key(320), nullable=False, server_default=""),
        sa.Column("snoozed_until", types.UtcDateTime(), nullable=True),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
    ):
        op.add_column("deleted_customers", column, **again)
    _keys()


def _history() -> None:
    op.create_table(
        "customer_history",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("customer_id", types.Id, nullable=False),
        sa.Column("version", types.Id, nullable=False),
        sa.Column("how", types.name(10), nullable=False),
        sa.Column("made_by", types.name(80), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("change_id", types.name(36), nullable=False),
        sa.Column("undoes", types.name(36), nullable=True),
        sa.Column("changed", types.LongText, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer_history"),
        if_not_exists=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )
    for name, columns in (
        ("ix_customer_history_customer_id", ["customer_id", "id"]),
        ("ix_customer_history_change_id", ["change_id", "customer_id"]),
    ):
        op.create_index(name, "customer_history", columns, if_not_exists=True)


def _keys() -> None:
    """Make the keys of those who were deleted before, in Python, as all keys are made."""
    gone = sa.table(
        "deleted_customers", *map(sa.column, ("id", "name", "company", "name_key", "company_key"))
    )
    last = 0
    while True:
        some = sa.select(gone.c.id, gone.c.name, gone.c.company).where(gone.c.id > last).order_by(gone.c.id)
        rows = op.get_bind().execute(some.limit(_PIECE)).all()
        if not rows:
            return
        for row in rows:
            keys = {"name_key": text_key(row.name), "company_key": text_key(row.company)}
            op.execute(gone.update().where(gone.c.id == row.id).values(**keys))
        last = rows[-1].id
