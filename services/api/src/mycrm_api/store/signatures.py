"""Who the signatures belong to that the history keeps."""

from collections.abc import Iterable

from sqlalchemy import select

from mycrm_api.domain.users import OPERATOR_NAME
from mycrm_common.db.tables.users import users
from mycrm_common.work import Reading


async def names_of(reading: Reading, signatures: Iterable[str]) -> dict[str, str]:
    """Return the names that go with signatures; an account that is gone has none."""
    ids = sorted({int(signature) for signature in signatures if signature.isdigit()})
    rows = await reading.connection.execute(select(users.c.id, users.c.username).where(users.c.id.in_(ids)))
    return {OPERATOR_NAME: OPERATOR_NAME} | {str(row.id): row.username for row in rows}
