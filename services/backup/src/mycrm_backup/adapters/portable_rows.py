"""Rows of one kind of database, put into an empty database of another kind that has our schema."""

import asyncio
import json
import zipfile
from base64 import b64decode
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from mycrm_backup.domain.manifest import Manifest, TableSum
from mycrm_backup.dumpers.rows import RowsDump
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables import all_tables
from mycrm_common.db.types import UtcDateTime
from mycrm_common.errors import Kind, MyCRMError

_BATCH = 500
_MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO"
_MARIADB = f"SET SESSION sql_mode = '{_MODE}', time_zone = '+00:00', foreign_key_checks = 0"


async def load_rows(archive: Path, manifest: Manifest, *, into: str) -> None:
    """Give an empty database the schema and the rows of a copy; `into` is its URL, as the settings have it."""
    if not manifest.contents.portable:
        detail = f"the copy is of {manifest.contents.engine} and holds no portable rows"
        raise MyCRMError("backup_engine_differs", Kind.CONFLICT, detail)
    if manifest.contents.revision != schema.REVISIONS[-1]:
        detail = f"the copy has schema {manifest.contents.revision}, this MyCRM {schema.REVISIONS[-1]}"
        raise MyCRMError("backup_schema_differs", Kind.CONFLICT, detail)
    database = Database(parse_url(into))
    try:
        await schema.migrate(database)
    finally:
        await database.close()
    try:
        await asyncio.to_thread(_load, archive, parse_url(into))
    except (SQLAlchemyError, ValueError, KeyError, TypeError) as error:
        detail = str(getattr(error, "orig", error))[:500]
        raise MyCRMError("backup_restore_failed", Kind.INVALID, detail) from error


async def portable_sums(dump: RowsDump) -> dict[str, TableSum]:
    """Sum up the rows of a database as they would be written into a copy."""
    async with aclosing(dump.members()) as members:
        async for _, pieces in members:
            async with aclosing(pieces):
                async for _ in pieces:
                    continue
    return dump.tables


def _load(archive: Path, url: URL) -> None:
    is_sqlite = url.drivername.startswith("sqlite")
    driver = "sqlite" if is_sqlite else "mysql+pymysql"
    engine = create_engine(
        url.set(drivername=driver) if is_sqlite else url.set(drivername=driver, query={"charset": "utf8mb4"}),
        hide_parameters=True,
    )
    try:
        with zipfile.ZipFile(archive) as copy:
            for table in all_tables().sorted_tables:
                with engine.begin() as connection:
                    if not is_sqlite:
                        connection.exec_driver_sql(_MARIADB)
                    _fill(connection, table, copy)
    finally:
        engine.dispose()


def _fill(connection: Connection, table: Table, copy: zipfile.ZipFile) -> None:
    connection.execute(table.delete())  # What the migration wrote by itself is in the copy too.
    with copy.open(f"rows/{table.name}.jsonl") as lines:
        names = json.loads(lines.readline())
        rows = (_row(table, names, json.loads(line)) for line in lines)
        while batch := list(islice(rows, _BATCH)):
            connection.execute(insert(table), batch)


def _row(table: Table, names: list[str], values: list[Any]) -> dict[str, Any]:
    return {name: _value(table, name, value) for name, value in zip(names, values, strict=True)}


def _value(table: Table, name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return b64decode(value["b64"])
    if value is not None and isinstance(table.c[name].type, UtcDateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value
