"""Takes over what a person asked of backups."""

from mycrm_backup.ports import Tasks, Verb
from mycrm_common.events.backups import (
    BackupDownloadRequested,
    BackupHostRequested,
    BackupPruneRequested,
    BackupRunRequested,
    BackupVerifyRequested,
)
from mycrm_common.work import UnitOfWork

Asked = (
    BackupRunRequested
    | BackupVerifyRequested
    | BackupHostRequested
    | BackupPruneRequested
    | BackupDownloadRequested
)
_VERBS: dict[type, Verb] = {
    BackupRunRequested: Verb.RUN,
    BackupVerifyRequested: Verb.VERIFY,
    BackupHostRequested: Verb.HOST,
    BackupPruneRequested: Verb.PRUNE,
    BackupDownloadRequested: Verb.DOWNLOAD,
}


async def take_request(asked: Asked, *, tasks: Tasks, unit: UnitOfWork) -> None:
    """Write the request down as ours, so that it is answered whatever happens."""
    async with unit() as work:
        await tasks.put(work, asked.request_id, verb=_VERBS[type(asked)])
