"""Customers, the ones that were deleted, what was changed of both, and addresses that changed.

The first fourteen columns are the original's, some of them wider. `*_key` columns are what is compared (see
`mycrm_common.keys`); `company_last_contact` is the newest contact with anybody of the company who is not
invalid, kept by whoever changes one of its parts, so that the follow-up list reads an index.
"""

from sqlalchemy import Column, Computed, Index, String

from mycrm_common.db.tables.registry import table
from mycrm_common.db.types import Id, LongText, Small, UtcDateTime, key, name


def _person_columns() -> list[Column[object]]:
    return [
        Column("name", String(255), nullable=False),
        Column("email", String(320), nullable=False),
        Column("importance", Small, nullable=False),
        Column("company", String(255), nullable=False),
        Column("country", String(100), nullable=False),
        Column("address", String(512), nullable=False),
        Column("phone", String(100), nullable=False),
        Column("website", String(512), nullable=False),
        Column("comment", LongText, nullable=False),
        Column("last_contact_date", UtcDateTime),
        Column("last_checked_date", UtcDateTime),
        Column("last_checked_log", String(1000), nullable=False),
        Column("valid", Small, nullable=False),
        Column("version", Id, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
    ]


# Texts without a key column are sorted by their first letters, which the database keeps by itself: MariaDB sorts by no
# expression through an index, and nobody who writes customers has to know.
SORTED_LETTERS = 64
LETTERED = ("country", "address", "phone", "website", "comment", "last_checked_log")


def _letters(column: str) -> Column[object]:
    return Column(
        f"{column}_letters", key(SORTED_LETTERS), Computed(f"substr({column}, 1, {SORTED_LETTERS})")
    )


customers = table(
    "customers",
    Column("id", Id, primary_key=True, autoincrement=True),
    *_person_columns(),
    Column("email_key", key(320), nullable=False, unique=True),
    Column("name_key", key(320), nullable=False),
    Column("company_key", key(320), nullable=False),
    Column("company_last_contact", UtcDateTime),
    Index("ix_customers_name_key", "name_key", "id"),
    Index("ix_customers_company_key", "company_key", "id"),
    Index("ix_customers_last_contact_date", "last_contact_date", "id"),
    Index("ix_customers_due", "importance", "valid", "company_last_contact", "id"),
    *(_letters(column) for column in LETTERED),
    *(Index(f"ix_customers_{column}_letters", f"{column}_letters", "id") for column in LETTERED),
    Index("ix_customers_importance", "importance", "id"),
    Index("ix_customers_valid", "valid", "id"),
    Index("ix_customers_version", "version", "id"),
    Index("ix_customers_created_at", "created_at", "id"),
    Index("ix_customers_updated_at", "updated_at", "id"),
    Index("ix_customers_last_checked_date", "last_checked_date", "id"),
    owner="api",
)

deleted_customers = table(
    "deleted_customers",
    Column("id", Id, primary_key=True, autoincrement=False),
    *_person_columns(),
    Column("email_key", key(320), nullable=False, index=True),
    Column("name_key", key(320), nullable=False, server_default=""),
    Column("company_key", key(320), nullable=False, server_default=""),
    Column("snoozed_until", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("deleted_at", UtcDateTime, nullable=False, index=True),
    Column("deleted_by", name(80), nullable=False),
    owner="api",
)

# What people and imports did to a customer. The rows of one act have one `change_id`, by which it can be undone;
# `changed` is JSON, field -> [before, after]. A customer that is gone for good takes its rows along.
customer_history = table(
    "customer_history",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("customer_id", Id, nullable=False),
    Column("version", Id, nullable=False),
    Column("how", name(10), nullable=False),
    Column("made_by", name(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("change_id", name(36), nullable=False),
    Column("undoes", name(36)),
    Column("changed", LongText, nullable=False),
    Index("ix_customer_history_customer_id", "customer_id", "id"),
    Index("ix_customer_history_change_id", "change_id", "customer_id"),
    owner="api",
)

# An e-mail that was changed: until mail-fetcher has moved the mail (`address_moves`), it is read by both.
address_changes = table(
    "address_changes",
    Column("customer_id", Id, primary_key=True, autoincrement=False),
    Column("version", Id, primary_key=True, autoincrement=False),
    Column("previous_key", key(320), nullable=False),
    Column("email_key", key(320), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    owner="api",
)
