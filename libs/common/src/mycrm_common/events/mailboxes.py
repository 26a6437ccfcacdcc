"""What happened to the team's mailbox, and what people asked of it."""

from datetime import datetime

from mycrm_common.events.registry import Event, event


@event("mailbox.synced.v1", subject="mailbox")
class MailboxSynced(Event):
    """A pass over the mailbox ended; the counts are of this pass."""

    mailbox: str
    at: datetime
    folders: int
    stored: int
    ignored: int
    held: int


@event("mailbox.failed.v1", subject="mailbox")
class MailboxFailed(Event):
    """A pass over the mailbox could not be finished; `reason` is an error code."""

    mailbox: str
    at: datetime
    reason: str
    detail: str = ""


@event("mailbox.test_requested.v1", subject="request_id")
class MailboxTestRequested(Event):
    """A person asked whether mailbox settings work; they stand in the request's row."""

    request_id: str


@event("mailbox.sync_requested.v1", subject="request_id")
class MailboxSyncRequested(Event):
    """A person asked to look at the mailbox now."""

    request_id: str


@event("mailbox.retry_requested.v1", subject="request_id")
class MailboxRetryRequested(Event):
    """A person asked to read held mail again; which mail stands in the request's row."""

    request_id: str


@event("mailbox.copy_requested.v1", subject="request_id")
class MailboxCopyRequested(Event):
    """A person asked for the bytes of a held mail; which mail stands in the request's row."""

    request_id: str


@event("mailbox.request_answered.v1", subject="request_id")
class MailboxRequestAnswered(Event):
    """A request about the mailbox was answered; the answer stands in mail-fetcher's task row."""

    request_id: str
    ok: bool
