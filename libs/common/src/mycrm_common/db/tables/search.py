"""The search index: which customers have which few letters in which field, as sets of ids.

A row of `search_grams` is a set: of the ids from `chunk` x 32768 on, those whose `field` has `gram` in it. The index
is written by a job, from `search_changes`: whoever changes customers appends their ids there. It may hold too much,
for what is found is held against the customer itself, and never too little but for what `search_changes` names.
"""

from sqlalchemy import Boolean, Column, Index, Integer

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, Small, SmallBytes, key

search_changes = table(
    "search_changes",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("customer_id", Id, nullable=False),
    Column("in_bulk", Boolean, nullable=False),
    Index("ix_search_changes_in_bulk", "in_bulk", "id", "customer_id"),
    owner="api",
)

search_chunks = table(
    "search_chunks",
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    owner="api",
)

# By chunk first: what is imported together lies together, and an import touches one end of the table.
search_grams = table(
    "search_grams",
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    Column("gram", key(3), primary_key=True),
    Column("field", Small, primary_key=True, autoincrement=False),
    Column("members", Small, nullable=False),
    Column("ids", SmallBytes, nullable=False),
    owner="api",
)
