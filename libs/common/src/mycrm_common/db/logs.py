"""Log lines in the database: written in batches, read newest first."""

from collections.abc import Sequence

from sqlalchemy import insert

from mycrm_common.db.tables.logs import logs
from mycrm_common.logs import LogLine
from mycrm_common.work import Work


async def put(work: Work, lines: Sequence[LogLine]) -> None:
    """Write lines down."""
    rows = [
        {
            "at": line.at,
            "service": line.service,
            "level": line.level,
            "action": line.action,
            "text": line.text,
            "correlation_id": line.correlation_id,
        }
        for line in lines
    ]
    await work.connection.execute(insert(logs), rows)
