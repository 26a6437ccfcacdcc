"""What became of copies of the database, and what people asked of them."""

from datetime import datetime

from mycrm_common.events.registry import Event, event


@event("backup.completed.v1", subject="run_id")
class BackupCompleted(Event):
    """A copy is safely at its place; `seconds` is how long the run took."""

    run_id: int
    file: str
    bytes: int
    sha256: str
    seconds: float


@event("backup.failed.v1", subject="run_id")
class BackupFailed(Event):
    """A copy could not be made, cannot be restored, or is missing for too long; `reason` is an error code."""

    run_id: int
    at: datetime
    reason: str
    detail: str = ""


@event("backup.run_requested.v1", subject="request_id")
class BackupRunRequested(Event):
    """A person asked for a copy now."""

    request_id: str


@event("backup.verify_requested.v1", subject="request_id")
class BackupVerifyRequested(Event):
    """A person asked to prove a copy by restoring it; which one stands in the request's row."""

    request_id: str


@event("backup.host_requested.v1", subject="request_id")
class BackupHostRequested(Event):
    """A person asked which key the target's host shows, or trusts it; that stands in the request's row."""

    request_id: str


@event("backup.prune_requested.v1", subject="request_id")
class BackupPruneRequested(Event):
    """A person asked to remove old copies, or what would be removed; which of both stands in the request's row."""

    request_id: str


@event("backup.download_requested.v1", subject="request_id")
class BackupDownloadRequested(Event):
    """A person asked for the file of a copy; which one stands in the request's row."""

    request_id: str


@event("backup.request_answered.v1", subject="request_id")
class BackupRequestAnswered(Event):
    """A request about backups was answered; the answer stands in the backup service's task row."""

    request_id: str
    ok: bool
