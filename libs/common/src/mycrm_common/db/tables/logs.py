"""What each service logged, for the page and for `/logs/{service}`."""

from sqlalchemy import Column, Index

from mycrm_common.db.tables.registry import COMMON, table
from mycrm_common.db.types import Id, LongText, Small, UtcDateTime, name

logs = table(
    "logs",
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("service", name(40), nullable=False),
    Column("level", Small, nullable=False),
    Column("action", name(80), nullable=False),
    Column("text", LongText, nullable=False),
    Column("correlation_id", name(36), nullable=False),
    Index("ix_logs_service_id", "service", "id"),
    owner=COMMON,
)
