"""What is kept beside the customers so that lists of a million need not be counted or counted off.

None of it is needed for a right answer: it says how large a list is about, and where about a fraction of it lies. A
job keeps it; `list_upkeep` says when each was done, and its rows keep two replicas from doing one thing at once.
"""

from sqlalchemy import Column

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, LongText, Small, UtcDateTime, name

customer_counts = table(
    "customer_counts",
    Column("importance", Small, primary_key=True, autoincrement=False),
    Column("valid", Small, primary_key=True, autoincrement=False),
    Column("customers", Id, nullable=False),
    owner="api",
)

# Rows of the sorted list at equal distances: `place` rows come before this one. `sort_key` is JSON.
list_marks = table(
    "list_marks",
    Column("sort", name(40), primary_key=True),
    Column("place", Id, primary_key=True, autoincrement=False),
    Column("sort_key", LongText, nullable=False),
    Column("customer_id", Id, nullable=False),
    owner="api",
)

list_upkeep = table(
    "list_upkeep",
    Column("name", name(40), primary_key=True),
    Column("done_at", UtcDateTime, nullable=False),
    owner="api",
)
