"""A database as an older version of MyCRM left it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from mycrm_common.db import schema
from mycrm_common.db.engine import Database
from mycrm_common.db.guard import MIGRATIONS


async def migrated_to(database: Database, revision: str) -> None:
    """Bring a database to a revision, and no further."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.writing(MIGRATIONS) as connection:
        await connection.begin()
        await connection.run_sync(upgrade)
        await connection.commit()
