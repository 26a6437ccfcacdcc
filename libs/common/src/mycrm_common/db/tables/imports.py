"""Imports: the file as it was sent, what each of its rows means, and how far each has been carried.

- `imports`: one per file. Whoever carries one on holds its row, so any replica may do the next piece.
- `import_pieces`: the file in pieces (`part` file), and the texts of a workbook in blocks (`part` texts); both go
  when nothing more is to be read of them.
- `import_rows`: one per customer that the file speaks of, and one per line that cannot be taken. `fields` is what the
  file says, `earlier` what it would overwrite; `state` waiting is still to be done, and empty where nothing is.
"""

from sqlalchemy import Column, ForeignKey, Index, String, UniqueConstraint

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, LongBytes, LongText, UtcDateTime, key, name

imports = table(
    "imports",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("file_name", String(255), nullable=False),
    Column("size", Id, nullable=False),
    Column("state", name(12), nullable=False, index=True),
    Column("made_by", name(80), nullable=False),
    Column("change_id", name(36), nullable=False),
    Column("undone_by", name(80), nullable=False),
    Column("undo_id", name(36), nullable=False),
    Column("layout", LongText, nullable=False),
    Column("records_read", Id, nullable=False),
    Column("rows_made", Id, nullable=False),
    Column("counts", LongText, nullable=False),
    Column("error", name(60), nullable=False),
    Column("error_detail", String(1000), nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("changed_at", UtcDateTime, nullable=False, index=True),
    owner="api",
)

import_pieces = table(
    "import_pieces",
    Column(
        "import_id", Id, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("part", name(8), primary_key=True),
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("bytes", LongBytes, nullable=False),
    owner="api",
)

import_rows = table(
    "import_rows",
    Column(
        "import_id", Id, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("line", Id, nullable=False),
    Column("kind", name(10), nullable=False),
    Column("state", name(10), nullable=False),
    Column("email", String(320), nullable=False),
    Column("email_key", key(320)),
    Column("fields", LongText, nullable=False),
    Column("earlier", LongText, nullable=False),
    Column("customer_id", Id),
    Column("version", Id),
    Column("reason", name(60), nullable=False),
    Column("reason_field", name(40), nullable=False),
    Column("reason_detail", String(500), nullable=False),
    UniqueConstraint("import_id", "email_key"),
    Index("ix_import_rows_kind", "import_id", "kind", "number"),
    Index("ix_import_rows_state", "import_id", "state", "number"),
    owner="api",
)
