"""Takes over what a person asked of the mailbox."""

from mycrm_common.events.mailboxes import MailboxSyncRequested, MailboxTestRequested
from mycrm_common.work import UnitOfWork
from mycrm_mail_fetcher.ports.requests import Tasks, Verb


async def take_request(
    asked: MailboxTestRequested | MailboxSyncRequested, *, tasks: Tasks, unit: UnitOfWork
) -> Verb:
    """Write the request down as ours, so that it is answered whatever happens, and return what was asked."""
    verb = Verb.TEST if isinstance(asked, MailboxTestRequested) else Verb.SYNC
    async with unit() as work:
        await tasks.put(work, asked.request_id, verb=verb)
    return verb
