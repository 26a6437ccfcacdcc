"""Writes down how the mailbox is doing, and answers those who asked for a look.

The bus hears of looks that changed something, and of a failure once, however often it is repeated.
"""

from collections.abc import Sequence

from mycrm_common.events.mailboxes import MailboxFailed, MailboxRequestAnswered, MailboxSynced
from mycrm_common.work import UnitOfWork, Work
from mycrm_mail_fetcher.ports.ledger import Mailboxes, PassOutcome
from mycrm_mail_fetcher.ports.requests import Answer, Tasks


async def note_outcome(
    outcome: PassOutcome,
    *,
    mailbox: str,
    asked: Sequence[str],
    mailboxes: Mailboxes,
    tasks: Tasks,
    unit: UnitOfWork,
) -> bool:
    """Make the outcome of a look known; True where it is news."""
    async with unit() as work:
        is_news = mailbox != "" and await _note(work, outcome, mailbox=mailbox, mailboxes=mailboxes)
        answer = Answer(code=outcome.code, detail=outcome.detail)
        for request_id in asked:
            if await tasks.answer(work, request_id, answer):
                work.tell(MailboxRequestAnswered(request_id=request_id, ok=answer.ok))
    return is_news


async def _note(work: Work, outcome: PassOutcome, *, mailbox: str, mailboxes: Mailboxes) -> bool:
    before = await mailboxes.reason_of(work, mailbox)
    counts = outcome.counts
    if outcome.code:
        await mailboxes.note_failed(work, mailbox, code=outcome.code, detail=outcome.detail)
        if before != outcome.code:
            work.tell(MailboxFailed(mailbox=mailbox, at=work.at, reason=outcome.code, detail=outcome.detail))
        return before != outcome.code
    await mailboxes.note_synced(work, mailbox)
    is_news = before != "" or counts.stored > 0 or counts.held > 0
    if is_news:
        work.tell(
            MailboxSynced(
                mailbox=mailbox,
                at=work.at,
                folders=outcome.folders,
                stored=counts.stored,
                ignored=counts.ignored,
                held=counts.held,
            )
        )
    return is_news
