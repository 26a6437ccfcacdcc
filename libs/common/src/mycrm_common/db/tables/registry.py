"""The schema's register, and how a table says who writes it."""

from typing import Any

from sqlalchemy import MetaData, Table

COMMON = "common"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: Any, owner: str) -> Table:
    """Declare a table and the one service that writes it."""
    return Table(
        name,
        metadata,
        *parts,
        info={"owner": owner},
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
    )
