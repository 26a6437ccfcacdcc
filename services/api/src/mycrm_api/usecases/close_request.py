"""Close a request when its answer has come: its secret is needed no longer."""

from mycrm_api.ports.requests import Requests
from mycrm_common.events.backups import BackupRequestAnswered
from mycrm_common.events.mailboxes import MailboxRequestAnswered
from mycrm_common.work import UnitOfWork


async def close_request(
    event: MailboxRequestAnswered | BackupRequestAnswered, *, requests: Requests, unit: UnitOfWork
) -> None:
    """Mark the request as answered and forget its secret; the second time nothing happens."""
    async with unit() as work:
        await requests.close_request(work, event.request_id)
