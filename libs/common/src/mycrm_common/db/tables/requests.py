"""What people ask of other services: written by api, answered by the service that owns the verb.

`sealed` holds secret parameters, encrypted, and is emptied when the answer has come.
"""

from sqlalchemy import Column

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import LongText, UtcDateTime, name

requests = table(
    "requests",
    Column("id", name(36), primary_key=True),
    Column("noun", name(20), nullable=False),
    Column("verb", name(20), nullable=False),
    Column("parameters", LongText, nullable=False),
    Column("sealed", LongText),
    Column("state", name(10), nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("answered_at", UtcDateTime),
    owner="api",
)
