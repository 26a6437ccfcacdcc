"""The copy that is made before a new version changes the schema, put together for whoever migrates.

It goes to the data folder, whatever the settings' place is: an upgrade must not wait for a server far away, and the way
back must not either. Without it nothing is changed.
"""

from contextlib import aclosing
from zoneinfo import ZoneInfo

from mycrm_backup.domain.manifest import Manifest
from mycrm_backup.domain.names import MANIFEST_SUFFIX, NamePattern
from mycrm_backup.ports import Pieces
from mycrm_backup.service import cipher_of, dumper_for, work_folder_of
from mycrm_backup.settings import BackupSettings
from mycrm_backup.targets.folder import FolderTarget
from mycrm_backup.usecases.prune_backups import prune_backups
from mycrm_backup.usecases.sealing import Seal
from mycrm_common.db import schema
from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.runtime import Runtime, machine_zone

FILES = "/before-upgrade/mycrm-%Y%m%d-%H%M%S.zip"


async def copy_before_upgrade(runtime: Runtime) -> None:
    """Make a copy where a migration is about to change a database; a `StartError` where that cannot be done."""
    settings = BackupSettings.load()
    revision = await schema.check_not_newer(runtime.database)
    if revision in {None, schema.REVISIONS[-1]} or not settings.backup_before_migrate:
        return
    try:
        await _copied(str(revision), settings=settings, runtime=runtime)
    except MyCRMError as error:
        reason = f"{error.detail} [{error.code}]"
        raise StartError("backup_before_upgrade_failed", reason=reason) from error


async def _copied(revision: str, *, settings: BackupSettings, runtime: Runtime) -> None:
    at = runtime.clock.now()
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else machine_zone()
    pattern, cipher = NamePattern.read(FILES), cipher_of(settings)
    file = pattern.path_at(at.astimezone(zone))
    target = FolderTarget(settings.data_dir.absolute() / "backups")
    seal = Seal(at=at.astimezone(zone), cipher=cipher, sent=_unseen)
    dumper = dumper_for(
        settings.database,
        work_folder=work_folder_of(settings),
        program=settings.backup_sqldump_path,
        revision=revision,
    )
    async with dumper.dump(portable=False) as dump:
        async with aclosing(seal.pieces(dump)) as pieces:
            await target.put(file, pieces)
        manifest = Manifest(
            file=file,
            made_at=at,
            bytes=seal.bytes,
            sha256=seal.sha256,
            contents=dump.contents(),
            sealed="age" if cipher.seals else "",
        )
        async with aclosing(_text(manifest)) as text:
            await target.put(file + MANIFEST_SUFFIX, text)
    runtime.log.info("backup.before_upgrade", file=file, place=target.place, bytes=manifest.bytes)
    await prune_backups(
        target,
        pattern=pattern,
        keep={file},
        broken=(),
        days_saved=settings.backup_days_saved,
        now=at.astimezone(zone),
    )


async def _unseen(_: int) -> None:
    """Nobody watches."""


async def _text(manifest: Manifest) -> Pieces:
    yield manifest.to_json().encode()
