"""Ask mail-fetcher for the bytes of a held mail, all of them, as the server has them."""

from mycrm_api.domain.held_mail import HeldPlace
from mycrm_api.ports.mailbox import HeldMails
from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.usecases.see_mailbox import is_configured
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.mailboxes import MailboxCopyRequested
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork

COPY = "copy"


async def request_mail_copy(
    place: HeldPlace, *, held: HeldMails, settings: SettingsStore, requests: Requests, unit: UnitOfWork
) -> str:
    """Return the request's id, under which the copy will be kept for a while."""
    async with unit() as work:
        if not await is_configured(work, settings=settings):
            raise MyCRMError("mailbox_not_configured", Kind.CONFLICT, "no mailbox is configured")
        if not await held.is_held(work, place):
            raise MyCRMError("mail_not_held", Kind.NOT_FOUND, "no such mail is held back")
        request_id = new_id(work.at)
        parameters = {"folder_id": place.folder_id, "uid": place.uid}
        await requests.put_request(
            work, request_id, noun="mailbox", verb=COPY, parameters=parameters, sealed=None
        )
        work.tell(MailboxCopyRequested(request_id=request_id))
        return request_id
