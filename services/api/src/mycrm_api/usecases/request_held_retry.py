"""Ask mail-fetcher to read held mail again."""

from mycrm_api.domain.held_mail import HeldPlace
from mycrm_api.ports.mailbox import HeldMails
from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.usecases.see_mailbox import is_configured
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.mailboxes import MailboxRetryRequested
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork


async def request_held_retry(
    place: HeldPlace | None,
    *,
    held: HeldMails,
    settings: SettingsStore,
    requests: Requests,
    unit: UnitOfWork,
) -> str:
    """Return the request's id: one held mail is meant, or all of them."""
    async with unit() as work:
        if not await is_configured(work, settings=settings):
            raise MyCRMError("mailbox_not_configured", Kind.CONFLICT, "no mailbox is configured")
        if place is not None and not await held.is_held(work, place):
            raise MyCRMError("mail_not_held", Kind.NOT_FOUND, "no such mail is held back")
        request_id = new_id(work.at)
        parameters = {} if place is None else {"folder_id": place.folder_id, "uid": place.uid}
        await requests.put_request(
            work, request_id, noun="mailbox", verb="retry", parameters=parameters, sealed=None
        )
        work.tell(MailboxRetryRequested(request_id=request_id))
        return request_id
