"""Ask the backup service for a copy, for the proof or the file of one, for pruning, or for the host's key."""

from collections.abc import Mapping
from typing import Any, Literal

from mycrm_api.ports.backups import Backups
from mycrm_api.ports.requests import Requests
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.backups import (
    BackupDownloadRequested,
    BackupHostRequested,
    BackupPruneRequested,
    BackupRunRequested,
    BackupVerifyRequested,
)
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork

Verb = Literal["run", "verify", "host", "prune", "download"]
Asked = (
    type[BackupRunRequested]
    | type[BackupVerifyRequested]
    | type[BackupHostRequested]
    | type[BackupPruneRequested]
    | type[BackupDownloadRequested]
)

_EVENTS: Mapping[Verb, Asked] = {
    "run": BackupRunRequested,
    "verify": BackupVerifyRequested,
    "host": BackupHostRequested,
    "prune": BackupPruneRequested,
    "download": BackupDownloadRequested,
}


async def request_backup(
    verb: Verb, parameters: Mapping[str, Any], *, backups: Backups, requests: Requests, unit: UnitOfWork
) -> str:
    """Return the request's id; a copy that is to be proven or downloaded must be there."""
    async with unit() as work:
        if verb in {"verify", "download"}:
            run = await backups.by_id(work, parameters["run_id"])
            if run is None or run.state != "completed":
                raise MyCRMError("backup_not_found", Kind.NOT_FOUND, "there is no such copy")
        request_id = new_id(work.at)
        await requests.put_request(
            work, request_id, noun="backup", verb=verb, parameters=parameters, sealed=None
        )
        work.tell(_EVENTS[verb](request_id=request_id))
        return request_id
