"""Column types that mean the same on SQLite and MariaDB."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite gives numbers of its own only to a column that is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
LongBytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
# Up to 8 KiB, in the row itself.
SmallBytes = LargeBinary(8192).with_variant(mysql.VARBINARY(8192), "mysql", "mariadb")
Digest = LargeBinary(32).with_variant(mysql.BINARY(32), "mysql", "mariadb")
Small = Integer().with_variant(mysql.SMALLINT(unsigned=True), "mysql", "mariadb")


def key(length: int) -> TypeEngine[str]:
    """Return a text column that is compared byte by byte on both databases."""
    # Without "nopad" MariaDB would take "a" and "a " for the same key.
    exact = mysql.VARCHAR(length, collation="utf8mb4_nopad_bin")
    return String(length).with_variant(exact, "mysql", "mariadb")


def name(length: int) -> TypeEngine[str]:
    """Return a short ASCII text column for ids, states and codes, compared byte by byte."""
    return String(length).with_variant(
        mysql.VARCHAR(length, charset="ascii", collation="ascii_nopad_bin"), "mysql", "mariadb"
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, UTC without a zone in the database, to the microsecond."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Keep microseconds on MariaDB, which drops them by default."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone rather than guess one."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment without a zone cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)
