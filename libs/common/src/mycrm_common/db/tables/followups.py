"""What people noted about a follow-up: put off until a moment, or done without a mail.

The follow-up rule itself needs none of this: without a row the list is the rule's and nothing else.
"""

from sqlalchemy import Column, ForeignKey

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, UtcDateTime

followup_marks = table(
    "followup_marks",
    Column(
        "customer_id",
        Id,
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("snoozed_until", UtcDateTime),
    Column("done_at", UtcDateTime),
    owner="api",
)
