"""Lists and search at a million customers: an index for every sort, the search index, and what is counted ahead."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# MariaDB commits each statement by itself: after a crash the revision runs again and passes over what is there.
_TABLE: dict[str, Any] = {
    "if_not_exists": True,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}
_LETTERED = ("country", "address", "phone", "website", "comment", "last_checked_log")
_PLAIN = ("importance", "valid", "version", "created_at", "updated_at", "last_checked_date")


def upgrade() -> None:
    """Make the tables and the indexes; customers who are there already are indexed by the job."""
    _sorts()
    _lists()
    _search()
    changes = sa.table("search_changes", sa.column("customer_id"), sa.column("in_bulk"))
    customers = sa.table("customers", sa.column("id"))
    every = sa.select(customers.c.id, sa.true()).order_by(customers.c.id)
    op.execute(changes.insert().from_select(["customer_id", "in_bulk"], every))


def _sorts() -> None:
    # SQLite knows no IF NOT EXISTS here, and needs none; nor can it add a column that is kept in the row.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    again: dict[str, Any] = {} if is_sqlite else {"if_not_exists": True}
    for column in _LETTERED:
        letters = sa.Computed(f"substr({column}, 1, 64)", persisted=not is_sqlite)
        op.add_column("customers", sa.Column(f"{column}_letters", types.key(64), letters), **again)
    for column in (*(f"{column}_letters" for column in _LETTERED), *_PLAIN):
        op.create_index(f"ix_customers_{column}", "customers", [column, "id"], if_not_exists=True)


def _lists() -> None:
    op.create_table(
        "customer_counts",
        sa.Column("importance", types.Small, autoincrement=False, nullable=False),
        sa.Column("valid", types.Small, autoincrement=False, nullable=False),
        sa.Column("customers", types.Id, nullable=False),
        sa.PrimaryKeyConstraint("importance", "valid", name="pk_customer_counts"),
        **_TABLE,
    )
    op.create_table(
        "list_marks",
        sa.Column("sort", types.name(40), nullable=False),
        sa.Column("place", types.Id, autoincrement=False, nullable=False),
        sa.Column("sort_key", types.LongText, nullable=False),
        sa.Column("customer_id", types.Id, nullable=False),
        sa.PrimaryKeyConstraint("sort", "place", name="pk_list_marks"),
        **_TABLE,
    )
    op.create_table(
        "list_upkeep",
        sa.Column("name", types.name(40), nullable=False),
        sa.Column("done_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_list_upkeep"),
        **_TABLE,
    )


def _search() -> None:
    op.create_table(
        "search_changes",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("customer_id", types.Id, nullable=False),
        sa.Column("in_bulk", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_changes"),
        **_TABLE,
    )
    op.create_index(
        "ix_search_changes_in_bulk", "search_changes", ["in_bulk", "id", "customer_id"], if_not_exists=True
    )
    op.create_table(
        "search_chunks",
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("chunk", name="pk_search_chunks"),
        **_TABLE,
    )
    op.create_table(
        "search_grams",
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gram", types.key(3), nullable=False),
        sa.Column("field", types.Small, autoincrement=False, nullable=False),
        sa.Column("members", types.Small, nullable=False),
        sa.Column("ids", types.SmallBytes, nullable=False),
        sa.PrimaryKeyConstraint("chunk", "gram", "field", name="pk_search_grams"),
        **_TABLE,
    )
