"""What errors of the database tell, since they are logged."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from mycrm_common.db.engine import Database
from mycrm_common.db.guard import MIGRATIONS
from mycrm_common.db.tables.settings import secrets
from tests.support.clock import FakeClock

SEALED = "v1:what-was-to-be-written"


async def test_an_error_does_not_repeat_what_was_to_be_written(database: Database) -> None:
    row = insert(secrets).values(name="mail_password", sealed=SEALED, updated_at=FakeClock().now())
    async with database.writing(MIGRATIONS) as connection:
        await connection.begin()
        await connection.execute(row)
        with pytest.raises(IntegrityError) as caught:
            await connection.execute(row)

    assert SEALED not in str(caught.value)
