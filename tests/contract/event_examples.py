"""One example of each event, and how its golden file is written.

A golden file is what travelled when the event was new. It is written once (`python -m
tests.contract.event_examples` writes those that are missing) and never again: an event that no longer gives
these bytes, or no longer reads them, would break somebody who kept them. It is also the example in the
event's public schema.
"""

from datetime import UTC, datetime
from pathlib import Path

from mycrm_common.bus.codec import seal
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

FOLDER = Path(__file__).parent / "golden"
AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
REQUEST = "019cae00-1111-7000-8000-000000000001"

# Each with the service that tells it.
EXAMPLES: tuple[tuple[str, Event], ...] = (
    (
        "backup",
        BackupCompleted(
            run_id=7, file="/backup/mycrm-20260302.zip", bytes=123_456, sha256="5a" * 32, seconds=12.5
        ),
    ),
    ("backup", BackupFailed(run_id=8, at=AT, reason="backup_target_full", detail="452 no space")),
    ("api", CheckRequested(request_id=REQUEST)),
    ("api", BackupRunRequested(request_id=REQUEST)),
    ("api", BackupVerifyRequested(request_id=REQUEST)),
    ("api", BackupHostRequested(request_id=REQUEST)),
    ("api", BackupPruneRequested(request_id=REQUEST)),
    ("api", BackupDownloadRequested(request_id=REQUEST)),
    ("backup", BackupRequestAnswered(request_id=REQUEST, ok=True)),
    (
        "mail-fetcher",
        AddressBounced(
            email="wang.fang@example.cn",
            message_id=41,
            status="5.1.1",
            date=AT,
            reason="550 5.1.1 User unknown",
        ),
    ),
    ("mail-fetcher", AddressReplied(email="li.wei@example.cn", message_id=42, status="", date=AT)),
    (
        "verifier",
        CustomerVerified(
            customer_id=17,
            email="li.wei@example.cn",
            valid=1,
            log="Success",
            provider="local",
            checked_at=AT,
        ),
    ),
    ("api", MailboxRetryRequested(request_id=REQUEST)),
    ("api", MailboxCopyRequested(request_id=REQUEST)),
    ("api", CustomerAdded(customer_id=17, email="li.wei@example.cn", version=1)),
    (
        "api",
        CustomerUpdated(
            customer_id=17,
            email="li.wei@example.com",
            previous_email="li.wei@example.cn",
            version=2,
            changed=("email", "company"),
        ),
    ),
    ("api", CustomerDeleted(customer_id=17, email="li.wei@example.com", version=2)),
    (
        "mail-fetcher",
        MailboxSynced(mailbox="sales@example.com", at=AT, folders=4, stored=12, ignored=3, held=1),
    ),
    (
        "mail-fetcher",
        MailboxFailed(
            mailbox="sales@example.com", at=AT, reason="mailbox_unreachable", detail="no answer in 10 s"
        ),
    ),
    ("api", ImportProgressed(import_id=7, state="applying", done=1_200, total=4_800)),
    ("api", MailboxTestRequested(request_id=REQUEST)),
    ("api", MailboxSyncRequested(request_id=REQUEST)),
    ("mail-fetcher", MailboxRequestAnswered(request_id=REQUEST, ok=True)),
    (
        "mail-fetcher",
        MessageStored(
            message_id=4711,
            type="sendto",
            date=datetime(2026, 3, 2, 8, 15, tzinfo=UTC),
            sender_address="sales@example.com",
            addresses=("sales@example.com", "li.wei@example.cn", "王@例え.example"),
        ),
    ),
    ("api", SettingsChanged(names=("mail_host", "mail_port"))),
)


def travelled(service: str, event: Event) -> str:
    """Return the example as its bytes travel, with one line end."""
    envelope = seal(
        event,
        event_id="019cae00-0000-7000-8000-000000000001",
        service=service,
        at=AT,
        correlation_id="019cae00-0000-7000-8000-0000000000aa",
    )
    return envelope.body.decode() + "\n"


def golden_file(event_type: str) -> Path:
    """Return where the golden file of an event lies."""
    return FOLDER / f"{event_type}.json"


def main() -> None:
    """Write the golden files that are missing."""
    for service, event in EXAMPLES:
        path = golden_file(event.event_type)
        if not path.exists():
            path.write_text(travelled(service, event), encoding="utf-8")


if __name__ == "__main__":
    main()
