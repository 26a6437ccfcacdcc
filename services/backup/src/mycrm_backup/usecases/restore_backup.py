"""Restores a copy: all of it is downloaded, checked and restored beside the database before the database is touched.

What was there is kept under another name, until a person removes it.
"""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

from mycrm_backup.domain.manifest import Manifest
from mycrm_backup.domain.names import MANIFEST_SUFFIX, NamePattern
from mycrm_backup.ports import Cipher, Restorer, Targets
from mycrm_backup.usecases.find_copies import find_copies
from mycrm_backup.usecases.verify_backup import check_sums, downloaded, read_manifest
from mycrm_common.errors import Kind, MyCRMError


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was restored, and where what was there is kept; that is empty where nothing was moved."""

    manifest: Manifest
    kept_as: str


async def restore_backup(
    *,
    at: date | None,
    into: str,
    now: datetime,
    zone: tzinfo,
    pattern: NamePattern,
    targets: Targets,
    restorer: Restorer,
    cipher: Cipher,
    work_folder: Path,
) -> Restored:
    """Put the newest copy, or the newest of a day or before it, in the database's place, or into another one."""
    file = await _chosen(at=at, zone=zone, pattern=pattern, targets=targets)
    async with (
        downloaded(file, targets=targets, cipher=cipher, folder=work_folder) as (archive, manifest),
        restorer.restored(archive, manifest) as scratch,
    ):
        await check_sums(scratch, manifest)
        if into:
            await scratch.keep_as(into)
            return Restored(manifest=manifest, kept_as="")
        return Restored(manifest=manifest, kept_as=await scratch.swap(at=now))


async def _chosen(*, at: date | None, zone: tzinfo, pattern: NamePattern, targets: Targets) -> str:
    """Return the newest copy that has a manifest: one without was cut off, or is not ours."""
    async with targets.open() as target:
        files = {file.path for file in await find_copies(target, pattern=pattern)}
        whole = [path for path in files if pattern.is_ours(path) and path + MANIFEST_SUFFIX in files]
        made = [((await read_manifest(target, path)).made_at, path) for path in whole]
    wanted = [one for one in made if at is None or one[0].astimezone(zone).date() <= at]
    if not wanted:
        raise MyCRMError("backup_not_found", Kind.NOT_FOUND, f"{len(made)} copies are there, none of then")
    return max(wanted)[1]
