"""What was changed of customers."""

import json
from collections.abc import Sequence

from sqlalchemy import insert

from mycrm_api.domain.history import CustomerChange
from mycrm_common.db.tables.customers import customer_history
from mycrm_common.ids import new_id
from mycrm_common.work import Work

_PIECE = 1_000


async def put_changes(
    work: Work,
    changes: Sequence[CustomerChange],
    *,
    change_id: str | None = None,
    undoes: str | None = None,
) -> str:
    """Write down what one act changed, and return its id: a new one, or that of the act which this continues."""
    act = change_id or new_id(work.at)
    for start in range(0, len(changes), _PIECE):
        rows = [
            {
                "customer_id": change.customer_id,
                "version": change.version,
                "how": change.how,
                "made_by": change.by,
                "at": work.at,
                "change_id": act,
                "undoes": undoes,
                "changed": json.dumps(change.changed, ensure_ascii=False, separators=(",", ":")),
            }
            for change in changes[start : start + _PIECE]
        ]
        await work.connection.execute(insert(customer_history), rows)
    return act
