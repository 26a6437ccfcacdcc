"""What mail-fetcher knows of the mailbox: its folders, where each mail lies, and what it was asked to do.

Each uid of a folder stands in exactly one named set, so that the ledger adds up by counting: in `locations` as
`stored` (with its message; a message that was deleted behind our back leaves NULL) or `held` (with the error in
`reason`), or in a run of `uid_runs`, ignored by the rule named there. Runs are of neighbouring uids that exist, so
half a million mails older than the window take a few rows.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, LongBytes, LongText, UtcDateTime, key, name

OWNER = "mail-fetcher"

mailboxes = table(
    "mailboxes",
    Column("name", key(255), primary_key=True),
    Column("state", name(20), nullable=False),
    Column("error_code", name(80), nullable=False),
    Column("error_detail", String(1000), nullable=False),
    Column("tried_at", UtcDateTime),
    Column("synced_at", UtcDateTime),
    owner=OWNER,
)

folders = table(
    "folders",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("mailbox", key(255), nullable=False),
    Column("name", key(400), nullable=False),
    Column("excluded", name(20), nullable=False),
    Column("uid_validity", Id, nullable=False),
    Column("last_uid", Id, nullable=False),
    Column("low_uid", Id, nullable=False),
    Column("seen_messages", Id, nullable=False),
    Column("seen_uid_next", Id, nullable=False),
    Column("window_from", UtcDateTime),
    Column("error_code", name(80), nullable=False),
    Column("error_detail", String(1000), nullable=False),
    Column("looked_at", UtcDateTime),
    Column("compared_at", UtcDateTime),
    Column("found_missing", Id, nullable=False, server_default="0"),
    UniqueConstraint("mailbox", "name"),
    owner=OWNER,
)

locations = table(
    "locations",
    Column("folder_id", Id, primary_key=True, autoincrement=False),
    Column("uid_validity", Id, primary_key=True, autoincrement=False),
    Column("uid", Id, primary_key=True, autoincrement=False),
    Column("state", name(10), nullable=False),
    Column("reason", name(80), nullable=False),
    Column("detail", String(1000), nullable=False),
    Column("message_id", Id, ForeignKey("messages.id", ondelete="SET NULL"), index=True),
    Column("internal_date", UtcDateTime),
    Column("size", Id, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Every count of the ledger is a walk along this index alone.
    Index("ix_locations_sets", "state", "folder_id", "uid_validity", "message_id"),
    owner=OWNER,
)

uid_runs = table(
    "uid_runs",
    Column("folder_id", Id, primary_key=True, autoincrement=False),
    Column("uid_validity", Id, primary_key=True, autoincrement=False),
    Column("first_uid", Id, primary_key=True, autoincrement=False),
    Column("last_uid", Id, nullable=False),
    Column("reason", name(40), nullable=False),
    owner=OWNER,
)

# The beginning of each held mail, for whoever wonders what is wrong with it.
held_mails = table(
    "held_mails",
    Column("folder_id", Id, primary_key=True, autoincrement=False),
    Column("uid_validity", Id, primary_key=True, autoincrement=False),
    Column("uid", Id, primary_key=True, autoincrement=False),
    Column("beginning", LongBytes, nullable=False),
    Column("held_at", UtcDateTime, nullable=False),
    owner=OWNER,
)

# A held mail as the server gave it for a download, in pieces; kept for as long as somebody may fetch it.
mail_copies = table(
    "mail_copies",
    Column("request_id", name(36), primary_key=True),
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("bytes", LongBytes, nullable=False),
    Column("copied_at", UtcDateTime, nullable=False, index=True),
    owner=OWNER,
)

# What people asked of the mailbox, taken over from `requests` by its event; done outside any transaction.
mailbox_tasks = table(
    "mailbox_tasks",
    Column("request_id", name(36), primary_key=True),
    Column("verb", name(20), nullable=False),
    Column("state", name(10), nullable=False),
    Column("available_at", UtcDateTime, nullable=False),
    Column("claimed_by", name(36)),
    Column("attempts", Integer, nullable=False),
    Column("answer", LongText),
    Column("created_at", UtcDateTime, nullable=False),
    owner=OWNER,
)

# The newest refresh token of a grant, sealed: Microsoft gives another one with each token, and each lasts a while.
renewed_grants = table(
    "renewed_grants",
    Column("grant_key", key(64), primary_key=True),
    Column("sealed", LongText, nullable=False),
    Column("renewed_at", UtcDateTime, nullable=False),
    owner=OWNER,
)

# Which address changes of customers have been carried out in `msg_addrs`.
address_moves = table(
    "address_moves",
    Column("customer_id", Id, primary_key=True, autoincrement=False),
    Column("version", Id, primary_key=True, autoincrement=False),
    Column("moved_at", UtcDateTime, nullable=False),
    owner=OWNER,
)
