"""Takes over what a person asked of the mailbox."""

from mycrm_common.events.mailboxes import (
    MailboxCopyRequested,
    MailboxRetryRequested,
    MailboxSyncRequested,
    MailboxTestRequested,
)
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.ports.ledger import Locations
from mycrm_mail_fetcher.ports.requests import Requests, Tasks, Verb

Asked = MailboxTestRequested | MailboxSyncRequested | MailboxRetryRequested | MailboxCopyRequested
_VERBS = {MailboxTestRequested: Verb.TEST, MailboxCopyRequested: Verb.COPY}


async def take_request(
    asked: Asked, *, tasks: Tasks, requests: Requests, locations: Locations, unit: UnitOfWork
) -> Verb:
    """Write the request down as ours, so that it is answered whatever happens, and return what is to be done."""
    verb = _VERBS.get(type(asked), Verb.SYNC)
    async with unit() as work:
        await tasks.put(work, asked.request_id, verb=verb)
        if isinstance(asked, MailboxRetryRequested):
            # Held mail is read again by a look that compares, and who asks for a look gets such a one.
            request = await requests.by_id(work, asked.request_id)
            parameters = request.parameters if request else {}
            await locations.free_held(work, folder_id=parameters.get("folder_id"), uid=parameters.get("uid"))
    return verb
