"""Tell how an import gets on, in the transaction that carries it on: what is told is true, and nothing is told twice.

Every state is told, and within one each hundredth of the way, so that an import of a million customers tells about as
many events as one of a thousand.
"""

from dataclasses import replace
from typing import Any

from mycrm_api.domain.imports import Import, counted, is_news
from mycrm_api.ports.imports import Imports
from mycrm_common.events.imports import ImportProgressed
from mycrm_common.work import Work


async def put_import(work: Work, before: Import, *, imports: Imports, **values: Any) -> None:
    """Write down how an import stands now, and tell it if it is news; what is not said stays as it is."""
    await imports.put(work, before.id, **values)
    after = replace(
        before,
        state=values.get("state", before.state),
        rows_made=values.get("rows_made", before.rows_made),
        counts=counted(values.get("counts", before.counts)),
    )
    if is_news(before, after):
        work.tell(
            ImportProgressed(import_id=after.id, state=after.state.value, done=after.done, total=after.total)
        )
