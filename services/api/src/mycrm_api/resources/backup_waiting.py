"""Waiting for what the backup service answers."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mycrm_api.domain.backups import check_backup_answer
from mycrm_api.ports.backups import Backups
from mycrm_api.resources.waiting import Patience
from mycrm_common.work import ReadingRoom


async def answered(
    request_id: str, *, backups: Backups, reading: ReadingRoom, patience: Patience
) -> Mapping[str, Any] | None:
    """Return the answer, or None when it has not come in time; raise what the backup service met."""
    tell_time = asyncio.get_running_loop().time
    until = tell_time() + patience.seconds
    while True:
        async with reading() as look:
            said = await backups.answer_of(look, request_id)
        if said is not None:
            check_backup_answer(said)
            return said
        if tell_time() >= until:
            return None
        await asyncio.sleep(patience.pause_seconds)
