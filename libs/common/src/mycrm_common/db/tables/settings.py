"""What people set while MyCRM runs: the original's config table, and the secrets that it must not hold."""

from sqlalchemy import Column

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import LongText, UtcDateTime, key

config = table(
    "config",
    Column("parameter", key(45), primary_key=True),
    Column("value", LongText),
    owner="api",
)

secrets = table(
    "secrets",
    Column("name", key(80), primary_key=True),
    Column("sealed", LongText, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    owner="api",
)
