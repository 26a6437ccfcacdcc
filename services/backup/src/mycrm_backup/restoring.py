"""Restoring, put together for the `mycrm` command: it runs while MyCRM does not."""

from datetime import date
from zoneinfo import ZoneInfo

from mycrm_backup.domain.names import NamePattern
from mycrm_backup.service import cipher_of, opener_of, restorer_for, work_folder_of
from mycrm_backup.settings import BackupSettings
from mycrm_backup.store import hosts
from mycrm_backup.usecases.restore_backup import Restored, restore_backup
from mycrm_common.clock import SystemClock
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.errors import MyCRMError
from mycrm_common.runtime import machine_zone


async def restore(*, at: date | None, into: str) -> Restored:
    """Restore a copy as the settings say."""
    settings = BackupSettings.load()
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else machine_zone()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def trusted(host: str) -> str:
        return await _trusted(settings, host)

    return await restore_backup(
        at=at,
        into=into,
        now=SystemClock().now(),
        zone=zone,
        pattern=NamePattern.read(settings.backup_remote_file),
        targets=opener_of(settings, trusted),
        restorer=restorer_for(
            settings.database,
            work_folder=work_folder_of(settings),
            program=settings.backup_sqldump_path,
        ),
        cipher=cipher_of(settings),
        work_folder=work_folder_of(settings),
    )


async def _trusted(settings: BackupSettings, host: str) -> str:
    """Return the key that was trusted in the database that is to be replaced, if it is still there to be asked."""
    try:
        database = Database(parse_url(settings.database))
    except MyCRMError:
        return ""
    try:
        async with database.reading() as reading:
            return await hosts.key_of(reading, host)
    except MyCRMError:
        return ""
    finally:
        await database.close()
