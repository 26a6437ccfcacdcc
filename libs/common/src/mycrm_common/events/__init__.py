"""All events, by their wire names: the only meaning that services share."""

from mycrm_common.events.addresses import AddressBounced, AddressReplied
from mycrm_common.events.backups import (
    BackupCompleted,
    BackupDownloadRequested,
    BackupFailed,
    BackupHostRequested,
    BackupPruneRequested,
    BackupRequestAnswered,
    BackupRunRequested,
    BackupVerifyRequested,
)
from mycrm_common.events.checks import CheckRequested, CustomerVerified
from mycrm_common.events.customers import CustomerAdded, CustomerDeleted, CustomerUpdated
from mycrm_common.events.imports import ImportProgressed
from mycrm_common.events.mailboxes import (
    MailboxCopyRequested,
    MailboxFailed,
    MailboxRequestAnswered,
    MailboxRetryRequested,
    MailboxSynced,
    MailboxSyncRequested,
    MailboxTestRequested,
)
from mycrm_common.events.messages import MessageStored
from mycrm_common.events.registry import Event
from mycrm_common.events.settings import SettingsChanged

_ALL: tuple[type[Event], ...] = (
    AddressBounced,
    AddressReplied,
    CheckRequested,
    BackupCompleted,
    BackupDownloadRequested,
    BackupFailed,
    BackupHostRequested,
    BackupPruneRequested,
    BackupRequestAnswered,
    BackupRunRequested,
    BackupVerifyRequested,
    CustomerAdded,
    CustomerDeleted,
    CustomerUpdated,
    CustomerVerified,
    ImportProgressed,
    MailboxCopyRequested,
    MailboxFailed,
    MailboxRequestAnswered,
    MailboxRetryRequested,
    MailboxSyncRequested,
    MailboxSynced,
    MailboxTestRequested,
    MessageStored,
    SettingsChanged,
)


def event_types() -> dict[str, type[Event]]:
    """Return each event's class by its name on the wire."""
    return {cls.event_type: cls for cls in _ALL}
