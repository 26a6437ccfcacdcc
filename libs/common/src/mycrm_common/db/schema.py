"""Which schema the database has, and bringing it to ours.

Alembic is imported only when there is something to do, so that a start on a finished database stays quick and
small. On SQLite a migration is one transaction: it is done or it never was. On MariaDB, where DDL commits by
itself, revisions are re-runnable and a named lock keeps two migrators apart.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, func, inspect, select
from sqlalchemy.exc import DatabaseError

from mycrm_common.db.engine import Database
from mycrm_common.db.guard import MIGRATIONS
from mycrm_common.db.tables import all_tables
from mycrm_common.errors import MyCRMError, StartError

# In order; an architecture test holds this against the files in migrations/versions.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
_LOCK = "mycrm_migrate"
_LOCK_SECONDS = 300

_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))


async def current_revision(database: Database) -> str | None:
    """Return the revision that the database has, or None for an empty one."""
    try:
        async with database.reading() as reading:
            if not await reading.connection.run_sync(_has_version_table):
                await reading.connection.run_sync(_check_unused)
                return None
            return (await reading.connection.execute(select(_version.c.version_num))).scalar_one_or_none()
    except DatabaseError as error:
        raise StartError("database_unreadable", path=database.place, reason=str(error.orig)) from None
    except MyCRMError as error:
        raise StartError("database_unreachable", reason=_reason(error)) from error


async def check_not_newer(database: Database) -> str | None:
    """Return the database's revision; one that we do not know is newer than ours and stops the start."""
    found = await current_revision(database)
    if found is not None and found not in REVISIONS:
        raise StartError("database_newer", found=found, known=REVISIONS[-1])
    return found


async def is_current(database: Database) -> bool:
    """Tell whether the database has the schema that this version needs."""
    return await check_not_newer(database) == REVISIONS[-1]


def behind(database: Database) -> StartError:
    """Return what is told where a schema is missing or old, and nobody is there who would bring it up."""
    return StartError("schema_behind", path=database.place, needed=REVISIONS[-1])


async def migrate(database: Database) -> bool:
    """Bring the database to this version's schema; False when it has it already."""
    if await is_current(database):
        return False
    try:
        async with database.writing(MIGRATIONS) as connection:
            await connection.begin()
            await connection.run_sync(_upgrade)
            await connection.commit()
    except StartError:
        raise
    except (DatabaseError, MyCRMError) as error:
        raise StartError("database_unreadable", path=database.place, reason=_reason(error)) from error
    return True


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if connection.dialect.name == "sqlite":
        command.upgrade(config, "head")
        return
    if connection.execute(select(func.get_lock(_LOCK, _LOCK_SECONDS))).scalar_one() != 1:
        raise StartError("database_unreachable", reason="another migration has not ended")
    try:
        command.upgrade(config, "head")
    finally:
        connection.execute(select(func.release_lock(_LOCK)))


def _has_version_table(connection: Connection) -> bool:
    return inspect(connection).has_table(_version.name)


def _check_unused(connection: Connection) -> None:
    """Refuse a database whose tables are somebody else's: ours would mix with them, or never be made."""
    foreign = sorted(set(inspect(connection).get_table_names()) & set(all_tables().tables))
    if foreign:
        raise StartError("database_foreign", tables=", ".join(foreign))


def _reason(error: BaseException) -> str:
    cause: Any = error if isinstance(error, DatabaseError) else error.__cause__
    return str(getattr(cause, "orig", None) or cause or error)
