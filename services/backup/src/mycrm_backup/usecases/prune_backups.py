"""Removes copies that are past their time, after a new one is safely there."""

from collections.abc import Collection, Sequence
from datetime import datetime

from mycrm_backup.domain.names import MANIFEST_SUFFIX, PART_SUFFIX, NamePattern
from mycrm_backup.domain.retention import Pruning, files_to_remove
from mycrm_backup.ports import Target
from mycrm_backup.usecases.find_copies import find_copies


async def prune_backups(
    target: Target,
    *,
    pattern: NamePattern,
    keep: Collection[str],
    broken: Sequence[str],
    days_saved: int,
    now: datetime,
    is_rehearsal: bool = False,
) -> Pruning:
    """Remove old copies with their manifests, and what broken uploads left; return what was, or would be."""
    files = await find_copies(target, pattern=pattern)
    pruning = files_to_remove(
        files, pattern=pattern, age_by=target.age_by, keep=keep, days_saved=days_saved, now=now
    )
    if is_rehearsal:
        return pruning
    there = {file.path for file in files}
    for path in pruning.remove:
        # The manifest goes first: a copy without one is never taken for whole.
        if path + MANIFEST_SUFFIX in there:
            await target.remove(path + MANIFEST_SUFFIX)
        await target.remove(path)
    for path in broken:
        for part in (path + PART_SUFFIX, path + MANIFEST_SUFFIX + PART_SUFFIX):
            if part in there:
                await target.remove(part)
    return pruning
