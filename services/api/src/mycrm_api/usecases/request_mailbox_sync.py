"""Ask mail-fetcher to look at the mailbox now."""

from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.usecases.see_mailbox import is_configured
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.mailboxes import MailboxSyncRequested
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork


async def request_mailbox_sync(*, settings: SettingsStore, requests: Requests, unit: UnitOfWork) -> str:
    """Return the request's id; without a mailbox there is nothing to look at."""
    async with unit() as work:
        if not await is_configured(work, settings=settings):
            raise MyCRMError("mailbox_not_configured", Kind.CONFLICT, "no mailbox is configured")
        request_id = new_id(work.at)
        await requests.put_request(work, request_id, noun="mailbox", verb="sync", parameters={}, sealed=None)
        work.tell(MailboxSyncRequested(request_id=request_id))
        return request_id
