"""Messages and the addresses under which they show.

`content_key` identifies a mail by its content, however many folders or copies it has. `msg_addrs` repeats the
message's date so that "the newest of this address" is one walk along an index. `mark` says that a machine (`auto`)
or a list (`list`) wrote it; `thread_key` is the digest of the id of the first mail in its conversation, `refs` a JSON
list of the ids of those before it.
"""

from sqlalchemy import Column, Enum, ForeignKey, Index, Integer, String

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Digest, Id, LongText, UtcDateTime, key, name

MESSAGE_TYPES = ("receive", "sendto", "comment", "system")

messages = table(
    "messages",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("sender", String(320), nullable=False),
    Column("date", UtcDateTime, nullable=False),
    Column("type", Enum(*MESSAGE_TYPES, name="message_type"), nullable=False),
    Column("subject", String(998), nullable=False),
    Column("content", LongText, nullable=False),
    Column("content_key", Digest, unique=True),
    Column("message_id", key(998), nullable=False),
    Column("sender_address", key(320), nullable=False),
    Column("attachments", LongText, nullable=False),
    Column("blocked_images", Integer, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("mark", name(10), nullable=False, server_default=""),
    Column("refs", LongText),
    Column("thread_key", Digest, index=True),
    Index("ix_messages_type_date", "type", "date", "id"),
    Index("ix_messages_date", "date", "id"),
    owner="mail-fetcher",
)

msg_addrs = table(
    "msg_addrs",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("msg_id", Id, ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address", String(320), nullable=False),
    Column("address_key", key(320), nullable=False),
    Column("role", name(10), nullable=False),
    Column("date", UtcDateTime, nullable=False),
    Index("ix_msg_addrs_address_key", "address_key", "date", "msg_id"),
    owner="mail-fetcher",
)
