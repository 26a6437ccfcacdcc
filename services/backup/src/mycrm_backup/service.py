"""The backup service, put together: what is dumped, where it goes, when, and how it is proven."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from mycrm_backup.adapters.age import AgeCipher
from mycrm_backup.adapters.mariadb_scratch import MariaDbRestorer
from mycrm_backup.adapters.sqlite_scratch import SqliteRestorer
from mycrm_backup.adapters.watching import Watcher
from mycrm_backup.domain.names import NamePattern
from mycrm_backup.domain.timer import Timer
from mycrm_backup.dumpers.client import Account
from mycrm_backup.dumpers.mariadb import MariaDbDumper
from mycrm_backup.dumpers.sqlite import SqliteDumper
from mycrm_backup.ports import Dumper, Restorer
from mycrm_backup.settings import BackupSettings
from mycrm_backup.store import hosts, pieces, runs, tasks
from mycrm_backup.targets.opening import Access, ShownKeys, TargetOpener, TrustedKey, place_of
from mycrm_backup.usecases.keep_backups import Keeper, attend_requests, is_wanted, keep_backups
from mycrm_backup.usecases.make_backup import Maker
from mycrm_backup.usecases.send_copies import Sender, is_download_wanted, send_copies
from mycrm_backup.usecases.take_request import Asked, take_request
from mycrm_backup.usecases.verify_backup import Verifier
from mycrm_common.db.engine import parse_url
from mycrm_common.db.schema import REVISIONS
from mycrm_common.errors import MyCRMError, StartError
from mycrm_common.events.backups import (
    BackupDownloadRequested,
    BackupHostRequested,
    BackupPruneRequested,
    BackupRunRequested,
    BackupVerifyRequested,
)
from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Job, Service, Subscription, Wake
from mycrm_common.work import UnitOfWork

NAME = "backup"
_LOOK_SECONDS = 5.0
_ATTEND_SECONDS = 0.2
_WORK_FOLDER = "backup-work"


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=BackupSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: BackupSettings) -> AsyncIterator[Service]:
    """Open the service."""
    keeper = _keeper(runtime, settings)
    sender = _sender(runtime, keeper)
    wake, sending = Wake(), Wake()

    async def take(event: Asked, unit: UnitOfWork) -> None:
        await take_request(event, tasks=tasks, unit=unit)
        (sending if isinstance(event, BackupDownloadRequested) else wake).nudge()

    yield Service(
        name=NAME,
        subscriptions=(
            Subscription(
                use="requests",
                events=(
                    BackupRunRequested,
                    BackupVerifyRequested,
                    BackupHostRequested,
                    BackupPruneRequested,
                    BackupDownloadRequested,
                ),
                handle=take,
            ),
        ),
        jobs=(
            Job(
                name="backup",
                beat=partial(keep_backups, keeper),
                seconds=_LOOK_SECONDS,
                wake=wake,
                lease="backup.run",
                wanted=partial(is_wanted, keeper),
            ),
            Job(
                name="downloads",
                beat=partial(send_copies, sender),
                seconds=_LOOK_SECONDS,
                wake=sending,
                lease="backup.downloads",
                wanted=partial(is_download_wanted, sender),
            ),
        ),
    )


async def attend(runtime: ServiceRuntime, settings: BackupSettings) -> None:
    """Do what people ask of backups until cancelled, where this process alone has the database."""
    keeper = _keeper(runtime, settings)
    while True:
        await attend_requests(keeper)
        await asyncio.sleep(_ATTEND_SECONDS)


def dumper_for(
    database_url: str, *, work_folder: Path, program: Path | None, revision: str = REVISIONS[-1]
) -> Dumper:
    """Return what dumps the database of a URL, which has a revision of the schema."""
    if (account := account_of(database_url)) is not None:
        return MariaDbDumper(account=account, revision=revision, program=program)
    path = Path(str(parse_url(database_url).database))
    return SqliteDumper(path=path, work_folder=work_folder, revision=revision)


def restorer_for(database_url: str, *, work_folder: Path, program: Path | None) -> Restorer:
    """Return what restores copies beside the database of a URL."""
    if (account := account_of(database_url)) is not None:
        return MariaDbRestorer(account=account, program=program)
    return SqliteRestorer(path=Path(str(parse_url(database_url).database)), work_folder=work_folder)


def account_of(database_url: str) -> Account | None:
    """Return where the MariaDB of a URL is; None where it is a file."""
    url = parse_url(database_url)
    if url.drivername.startswith("sqlite"):
        return None
    return Account(
        host=url.host or "localhost",
        port=url.port or 3306,
        user=url.username or "",
        password=str(url.password or ""),
        database=str(url.database),
    )


def opener_of(settings: BackupSettings, trusted: TrustedKey) -> TargetOpener:
    """Return what opens the place that the settings name."""
    access = Access(
        password=_open(settings.backup_password),
        private_key=_open(settings.backup_private_key),
        host_key=settings.backup_host_key,
        ca_file=settings.backup_ca_file,
    )
    try:
        default = settings.data_dir.absolute() / "backups"
        place = place_of(_open(settings.backup_url) or "", default=default, access=access)
    except MyCRMError as error:
        raise StartError("setting_invalid", name="MYCRM_BACKUP_URL", reason=error.detail) from None
    return TargetOpener(place=place, trusted=trusted)


def cipher_of(settings: BackupSettings) -> AgeCipher:
    """Return what encrypts copies and decrypts them, as the settings say."""
    try:
        return AgeCipher(
            recipients=settings.backup_age_recipients, identity=_open(settings.backup_age_identity) or ""
        )
    except MyCRMError as error:
        raise StartError("setting_invalid", name="MYCRM_BACKUP_AGE_*", reason=error.detail) from None


def work_folder_of(settings: BackupSettings) -> Path:
    """Return where copies are unpacked."""
    return settings.data_dir.absolute() / _WORK_FOLDER


def _keeper(runtime: ServiceRuntime, settings: BackupSettings) -> Keeper:
    try:
        pattern = NamePattern.read(settings.backup_remote_file)
    except MyCRMError as error:
        raise StartError("setting_invalid", name="MYCRM_BACKUP_REMOTE_FILE", reason=error.detail) from None
    try:
        timer = Timer.read(settings.backup_at)
    except MyCRMError as error:
        raise StartError("setting_invalid", name="MYCRM_BACKUP_AT", reason=error.detail) from None

    async def trusted(host: str) -> str:
        async with runtime.reading() as reading:
            return await hosts.key_of(reading, host)

    cipher = cipher_of(settings)
    if cipher.seals and not cipher.opens_own and settings.backup_verify != "off":
        reason = (
            "proving encrypted copies takes the secret key of a recipient; or set MYCRM_BACKUP_VERIFY=off"
        )
        raise StartError("setting_invalid", name="MYCRM_BACKUP_AGE_IDENTITY", reason=reason)
    opener = opener_of(settings, trusted)
    work_folder = work_folder_of(settings)
    program = settings.backup_sqldump_path
    maker = Maker(
        dumper=dumper_for(settings.database, work_folder=work_folder, program=program),
        cipher=cipher,
        pings=_watcher(runtime, settings),
        targets=opener,
        runs=runs,
        pattern=pattern,
        place=opener.told,
        days_saved=settings.backup_days_saved,
        portable=settings.backup_portable,
        zone=runtime.zone,
        unit=runtime.unit,
        reading=runtime.reading,
        clock=runtime.clock,
        log=runtime.log,
        limit=timedelta(hours=settings.backup_hours_allowed),
        local=_local(settings),
    )
    verifier = Verifier(
        targets=opener,
        restorer=restorer_for(settings.database, work_folder=work_folder, program=program),
        cipher=cipher,
        runs=runs,
        work_folder=work_folder,
        unit=runtime.unit,
        clock=runtime.clock,
        log=runtime.log,
    )
    return Keeper(
        maker=maker,
        verifier=verifier,
        tasks=tasks,
        hosts=hosts,
        host_keys=ShownKeys(place=opener.place),
        timer=timer,
        verifies=settings.backup_verify,
    )


def _sender(runtime: ServiceRuntime, keeper: Keeper) -> Sender:
    return Sender(
        targets=keeper.maker.targets,
        runs=runs,
        tasks=tasks,
        pieces=pieces,
        unit=runtime.unit,
        reading=runtime.reading,
        clock=runtime.clock,
        log=runtime.log,
    )


def _watcher(runtime: ServiceRuntime, settings: BackupSettings) -> Watcher:
    try:
        return Watcher(_open(settings.backup_ping_url) or "", log=runtime.log)
    except (MyCRMError, ValueError):
        raise StartError(
            "setting_invalid", name="MYCRM_BACKUP_PING_URL", reason="it must be http:// or https://"
        ) from None


def _local(settings: BackupSettings) -> NamePattern | None:
    if settings.backup_local_file is None:
        return None
    try:
        return NamePattern.read(str(settings.backup_local_file.expanduser().absolute()))
    except MyCRMError as error:
        raise StartError("setting_invalid", name="MYCRM_BACKUP_LOCAL_FILE", reason=error.detail) from None


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
