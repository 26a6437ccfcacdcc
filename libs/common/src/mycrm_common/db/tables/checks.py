"""What the verifier keeps of addresses: what is to be checked, what was found, and which questions were asked.

- `check_jobs`: one per customer's address. `state` fresh (not looked at yet, which is free), waiting (for a question
  to the provider) or done; `lane` and `rank_at` are its place in the queue; `available_at` is when it may be worked
  at, moved ahead by whoever has it in hand. `known_at` is the moment of what its result rests on.
- `checks`: every finding of every address, the newest last.
- `check_calls`: the tokens of the budget that are away; `check_providers`: whether a provider may be asked now.
- `bounced_addresses`: the newest bounce of each address, which no message tells as it was.
- `check_tasks`: what people asked for, taken over from `requests`.
"""

from sqlalchemy import Column, Index, Integer, String

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, Small, UtcDateTime, key, name

OWNER = "verifier"

check_jobs = table(
    "check_jobs",
    Column("email_key", key(320), primary_key=True),
    Column("customer_id", Id, nullable=False, index=True),
    Column("email", String(320), nullable=False),
    Column("state", name(10), nullable=False),
    Column("lane", name(10), nullable=False),
    Column("rank_at", UtcDateTime, nullable=False),
    Column("available_at", UtcDateTime, nullable=False),
    Column("claimed_by", name(36)),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime),
    Column("known_at", UtcDateTime),
    Index("ix_check_jobs_queue", "state", "lane", "rank_at", "email_key"),
    Index("ix_check_jobs_checked_at", "state", "checked_at"),
    owner=OWNER,
)

checks = table(
    "checks",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("email_key", key(320), nullable=False),
    Column("customer_id", Id, nullable=False),
    Column("verdict", name(12), nullable=False),
    Column("valid", Small),
    Column("log", String(1000), nullable=False),
    Column("source", name(40), nullable=False),
    Column("evidence", String(1000), nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("credits", Integer),
    Index("ix_checks_email_key", "email_key", "id"),
    Index("ix_checks_customer_id", "customer_id", "id"),
    owner=OWNER,
)

check_calls = table(
    "check_calls",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("provider", name(40), nullable=False),
    Column("used_at", UtcDateTime, nullable=False, index=True),
    owner=OWNER,
)

# The one that was active last is the present one. `since_again`, `asked_in_row`: whose turns there were (see the
# verifier's rule of turns).
check_providers = table(
    "check_providers",
    Column("name", name(40), primary_key=True),
    Column("cost", Integer, nullable=False),
    Column("per_hour", Integer, nullable=False),
    Column("active_at", UtcDateTime, nullable=False),
    Column("blocked_until", UtcDateTime),
    Column("credits", Integer),
    Column("faults", Integer, nullable=False),
    Column("fault", String(1000), nullable=False),
    Column("broken_until", UtcDateTime),
    Column("since_again", Integer, nullable=False),
    Column("asked_in_row", Integer, nullable=False),
    owner=OWNER,
)

bounced_addresses = table(
    "bounced_addresses",
    Column("email_key", key(320), primary_key=True),
    Column("date", UtcDateTime, nullable=False),
    Column("status", name(20), nullable=False),
    Column("reason", String(1000), nullable=False),
    Column("message_id", Id, nullable=False),
    owner=OWNER,
)

check_tasks = table(
    "check_tasks",
    Column("request_id", name(36), primary_key=True),
    Column("email_key", key(320), nullable=False, index=True),
    Column("state", name(10), nullable=False),
    Column("check_id", Id),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    owner=OWNER,
)
