"""The first schema: customers, mail, accounts, settings, and the rows that carry events."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mycrm_common.db import types

revision = "0001"
down_revision = None
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
    """Create every table."""
    op.create_table(
        "address_changes",
        sa.Column("customer_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("version", types.Id, autoincrement=False, nullable=False),
        sa.Column("previous_key", types.key(320), nullable=False),
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "version", name="pk_address_changes"),
        **_TABLE,
    )
    op.create_table(
        "address_moves",
        sa.Column("customer_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("version", types.Id, autoincrement=False, nullable=False),
        sa.Column("moved_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "version", name="pk_address_moves"),
        **_TABLE,
    )
    op.create_table(
        "config",
        sa.Column("parameter", types.key(45), nullable=False),
        sa.Column("value", types.LongText, nullable=True),
        sa.PrimaryKeyConstraint("parameter", name="pk_config"),
        **_TABLE,
    )
    op.create_table(
        "customers",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("importance", types.Small, nullable=False),
        sa.Column("company", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=512), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("website", sa.String(length=512), nullable=False),
        sa.Column("comment", types.LongText, nullable=False),
        sa.Column("last_contact_date", types.UtcDateTime(), nullable=True),
        sa.Column("last_checked_date", types.UtcDateTime(), nullable=True),
        sa.Column("last_checked_log", sa.String(length=1000), nullable=False),
        sa.Column("valid", types.Small, nullable=False),
        sa.Column("version", types.Id, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("name_key", types.key(320), nullable=False),
        sa.Column("company_key", types.key(320), nullable=False),
        sa.Column("company_last_contact", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("email_key", name="uq_customers_email_key"),
        **_TABLE,
    )
    op.create_index("ix_customers_company_key", "customers", ["company_key", "id"], if_not_exists=True)
    op.create_index(
        "ix_customers_followup",
        "customers",
        ["company_last_contact", "valid", "importance", "last_contact_date", "id"],
        if_not_exists=True,
    )
    op.create_index(
        "ix_customers_last_contact_date", "customers", ["last_contact_date", "id"], if_not_exists=True
    )
    op.create_index("ix_customers_name_key", "customers", ["name_key", "id"], if_not_exists=True)
    op.create_table(
        "deleted_customers",
        sa.Column("id", types.Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("importance", types.Small, nullable=False),
        sa.Column("company", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=512), nullable=False),
        sa.Column("phone", sa.String(length=100), nullable=False),
        sa.Column("website", sa.String(length=512), nullable=False),
        sa.Column("comment", types.LongText, nullable=False),
        sa.Column("last_contact_date", types.UtcDateTime(), nullable=True),
        sa.Column("last_checked_date", types.UtcDateTime(), nullable=True),
        sa.Column("last_checked_log", sa.String(length=1000), nullable=False),
        sa.Column("valid", types.Small, nullable=False),
        sa.Column("version", types.Id, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("email_key", types.key(320), nullable=False),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=False),
        sa.Column("deleted_by", types.name(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deleted_customers"),
        **_TABLE,
    )
    op.create_index(
        "ix_deleted_customers_deleted_at", "deleted_customers", ["deleted_at"], if_not_exists=True
    )
    op.create_index("ix_deleted_customers_email_key", "deleted_customers", ["email_key"], if_not_exists=True)
    op.create_table(
        "deliveries",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("consumer", types.name(80), nullable=False),
        sa.Column("event_id", types.name(36), nullable=False),
        sa.Column("type", types.name(80), nullable=False),
        sa.Column("body", types.LongBytes, nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("claimed_by", types.name(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", types.LongText, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("consumer", "event_id", name="uq_deliveries_consumer_event_id"),
        **_TABLE,
    )
    op.create_index(
        "ix_deliveries_due", "deliveries", ["consumer", "state", "available_at", "id"], if_not_exists=True
    )
    op.create_table(
        "event_sequence",
        sa.Column("name", types.name(20), nullable=False),
        sa.Column("value", types.Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_event_sequence"),
        **_TABLE,
    )
    op.create_table(
        "folders",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("mailbox", types.key(255), nullable=False),
        sa.Column("name", types.key(400), nullable=False),
        sa.Column("excluded", types.name(20), nullable=False),
        sa.Column("uid_validity", types.Id, nullable=False),
        sa.Column("last_uid", types.Id, nullable=False),
        sa.Column("low_uid", types.Id, nullable=False),
        sa.Column("seen_messages", types.Id, nullable=False),
        sa.Column("seen_uid_next", types.Id, nullable=False),
        sa.Column("window_from", types.UtcDateTime(), nullable=True),
        sa.Column("error_code", types.name(80), nullable=False),
        sa.Column("error_detail", sa.String(length=1000), nullable=False),
        sa.Column("looked_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_folders"),
        sa.UniqueConstraint("mailbox", "name", name="uq_folders_mailbox_name"),
        **_TABLE,
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", types.name(80), nullable=False),
        sa.Column("event_id", types.name(36), nullable=False),
        sa.Column("processed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
        **_TABLE,
    )
    op.create_index("ix_inbox_processed_at", "inbox", ["processed_at"], if_not_exists=True)
    op.create_table(
        "leases",
        sa.Column("name", types.name(120), nullable=False),
        sa.Column("holder", types.name(36), nullable=False),
        sa.Column("fence", types.Id, nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        **_TABLE,
    )
    op.create_table(
        "locations",
        sa.Column("folder_id", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid_validity", types.Id, autoincrement=False, nullable=False),
        sa.Column("uid", types.Id, autoincrement=False, nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("reason", types.name(80), nullable=False),
        sa.Column("detail", sa.String(length=1000), nullable=False),
        sa.Column("message_id", types.Id, nullable=True),
        sa.Column("internal_date", types.UtcDateTime(), nullable=True),
        sa.Column("size", types.Id, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "uid_validity", "uid", name="pk_locations"),
        **_TABLE,
    )
    op.create_index("ix_locations_message_id", "locations", ["message_id"], if_not_exists=True)
    op.create_index("ix_locations_state", "locations", ["state", "folder_id"], if_not_exists=True)
    op.create_table(
        "logs",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("service", types.name(40), nullable=False),
        sa.Column("level", types.Small, nullable=False),
        sa.Column("action", types.name(80), nullable=False),
        sa.Column("text", types.LongText, nullable=False),
        sa.Column("correlation_id", types.name(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logs"),
        **_TABLE,
    )
    op.create_index("ix_logs_service_id", "logs", ["service", "id"], if_not_exists=True)
    op.create_table(
        "mailbox_tasks",
        sa.Column("request_id", types.name(36), nullable=False),
        sa.Column("verb", types.name(20), nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("claimed_by", types.name(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", types.LongText, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_mailbox_tasks"),
        **_TABLE,
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", types.key(255), nullable=False),
        sa.Column("state", types.name(20), nullable=False),
        sa.Column("error_code", types.name(80), nullable=False),
        sa.Column("error_detail", sa.String(length=1000), nullable=False),
        sa.Column("tried_at", types.UtcDateTime(), nullable=True),
        sa.Column("synced_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_mailboxes"),
        **_TABLE,
    )
    op.create_table(
        "messages",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("date", types.UtcDateTime(), nullable=False),
        sa.Column(
            "type", sa.Enum("receive", "sendto", "comment", "system", name="message_type"), nullable=False
        ),
        sa.Column("subject", sa.String(length=998), nullable=False),
        sa.Column("content", types.LongText, nullable=False),
        sa.Column(
            "content_key",
            types.Digest,
            nullable=True,
        ),
        sa.Column("message_id", types.key(998), nullable=False),
        sa.Column("sender_address", types.key(320), nullable=False),
        sa.Column("attachments", types.LongText, nullable=False),
        sa.Column("blocked_images", sa.Integer(), nullable=False),
        sa.Column("stored_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("content_key", name="uq_messages_content_key"),
        **_TABLE,
    )
    op.create_index("ix_messages_date", "messages", ["date", "id"], if_not_exists=True)
    op.create_index("ix_messages_type_date", "messages", ["type", "date", "id"], if_not_exists=True)
    op.create_table(
        "outbox",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", types.name(36), nullable=False),
        sa.Column("type", types.name(80), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("service", types.name(40), nullable=False),
        sa.Column("body", types.LongBytes, nullable=False),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("seq", types.Id, nullable=True),
        sa.Column("available_at", types.UtcDateTime(), nullable=False),
        sa.Column("claimed_by", types.name(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", types.LongText, nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
        sa.UniqueConstraint("seq", name="uq_outbox_seq"),
        **_TABLE,
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "available_at", "id"], if_not_exists=True)
    op.create_table(
        "requests",
        sa.Column("id", types.name(36), nullable=False),
        sa.Column("noun", types.name(20), nullable=False),
        sa.Column("verb", types.name(20), nullable=False),
        sa.Column("parameters", types.LongText, nullable=False),
        sa.Column("sealed", types.LongText, nullable=True),
        sa.Column("state", types.name(10), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        **_TABLE,
    )
    op.create_index("ix_requests_created_at", "requests", ["created_at"], if_not_exists=True)
    op.create_table(
        "secrets",
        sa.Column("name", types.key(80), nullable=False),
        sa.Column("sealed", types.LongText, nullable=False),
        sa.Column("updated_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
        **_TABLE,
    )
    op.create_table(
        "setup",
        sa.Column("id", types.Small, autoincrement=False, nullable=False),
        sa.Column(
            "code_digest",
            types.Digest,
            nullable=True,
        ),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_setup"),
        **_TABLE,
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("account_key", types.key(320), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failures"),
        **_TABLE,
    )
    op.create_index(
        "ix_sign_in_failures_account",
        "sign_in_failures",
        ["account_key", "address", "at"],
        if_not_exists=True,
    )
    op.create_table(
        "users",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("username_key", types.key(320), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", types.name(10), nullable=False),
        sa.Column("language", types.name(10), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        **_TABLE,
    )
    op.create_table(
        "msg_addrs",
        sa.Column("id", types.Id, autoincrement=True, nullable=False),
        sa.Column("msg_id", types.Id, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("address_key", types.key(320), nullable=False),
        sa.Column("role", types.name(10), nullable=False),
        sa.Column("date", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["msg_id"], ["messages.id"], name="fk_msg_addrs_msg_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_msg_addrs"),
        **_TABLE,
    )
    op.create_index(
        "ix_msg_addrs_address_key", "msg_addrs", ["address_key", "date", "msg_id"], if_not_exists=True
    )
    op.create_index("ix_msg_addrs_msg_id", "msg_addrs", ["msg_id"], if_not_exists=True)
    op.create_table(
        "sessions",
        sa.Column(
            "token_digest",
            types.Digest,
            nullable=False,
        ),
        sa.Column("user_id", types.Id, nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_sessions"),
        **_TABLE,
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], if_not_exists=True)
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], if_not_exists=True)
