"""Imports: the files, their pieces, and what each row of them means."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0007"
down_revision = "0006"
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
    """Make the three tables."""
    _imports()
    _pieces()
    _rows()


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size", types.Id, nullable=False),
        sa.Column("state", types.name(12), nullable=False),
        sa.Column("made_by", types.name(80), nullable=False),
        sa.Column("change_id", types.name(36), nullable=False),
        sa.Column("undone_by", types.name(80), nullable=False),
        sa.Column("undo_id", types.name(36), nullable=False),
        sa.Column("layout", types.LongText, nullable=False),
        sa.Column("records_read", types.Id, nullable=False),
        sa.Column("rows_made", types.Id, nullable=False),
        sa.Column("counts", types.LongText, nullable=False),
        sa.Column("error", types.name(60), nullable=False),
        sa.Column("error_detail", sa.String(length=1000), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        **_TABLE,
    )
    for name in ("state", "created_at", "changed_at"):
        op.create_index(f"ix_imports_{name}", "imports", [name], if_not_exists=True)


def _pieces() -> None:
    op.create_table(
        "import_pieces",
        sa.Column("import_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("part", types.name(8), nullable=False),
        sa.Column("position", types.Id, autoincrement=False, nullable=False),
        sa.Column("bytes", types.LongBytes, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_pieces_import_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "part", "position", name="pk_import_pieces"),
        **_TABLE,
    )


def _rows() -> None:
    op.create_table(
        "import_rows",
        sa.Column("import_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("number", types.Id, autoincrement=False, nullable=False),
        sa.Column("line", types.Id, nullable=False),
        sa.Column("kind", types.name(10), nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", types.key(320), nullable=True),
        sa.Column("fields", types.LongText, nullable=False),
        sa.Column("earlier", types.LongText, nullable=False),
        sa.Column("customer_id", types.Id, nullable=True),
        sa.Column("version", types.Id, nullable=True),
        sa.Column("reason", types.name(60), nullable=False),
        sa.Column("reason_field", types.name(40), nullable=False),
        sa.Column("reason_detail", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_rows_import_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name="pk_import_rows"),
        sa.UniqueConstraint("import_id", "email_key", name="uq_import_rows_import_id_email_key"),
        **_TABLE,
    )
    for name in ("kind", "state"):
        op.create_index(
            f"ix_import_rows_{name}", "import_rows", ["import_id", name, "number"], if_not_exists=True
        )
